//! Two callers of the services, and what they send.

use std::time::SystemTime;

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use testkit::eventually;
use tokens::{Role, Roles, SigningKey, TokenIssuer};

use super::LIMIT;
use super::system::Mode;
use crate::support::{Answer, send};

pub(super) const GATEWAY_SECRET: &str = "the-gateway-of-the-tests";
pub(super) const ISSUER: &str = "https://issuer.test";
pub(super) const AUDIENCE: &str = "rookery-test";
pub(super) const AUTHOR: i64 = 1;
pub(super) const STRANGER: i64 = 2;

/// Two callers: the author of all messages, who may count, and somebody else.
#[derive(Clone)]
pub(super) enum Credentials {
    Tokens { author: String, stranger: String },
    Headers,
}

impl Credentials {
    pub(super) fn new(mode: Mode, key: &SigningKey) -> Self {
        let issuer = TokenIssuer::new(key, ISSUER, AUDIENCE);
        let token = |account, roles: Roles| {
            issuer.issue(account, roles, SystemTime::now(), LIMIT * 10).expect("the key is good")
        };
        match mode {
            Mode::Jwt => Self::Tokens {
                author: token(AUTHOR, [Role::User, Role::Analyst, Role::Consumer].into_iter().collect()),
                stranger: token(STRANGER, [Role::User].into_iter().collect()),
            },
            Mode::Gateway => Self::Headers,
        }
    }

    fn sign(&self, request: RequestBuilder, account: i64) -> RequestBuilder {
        match self {
            Self::Tokens { author, stranger } => {
                request.bearer_auth(if account == AUTHOR { author } else { stranger })
            }
            Self::Headers => request
                .header("X-Gateway-Secret", GATEWAY_SECRET)
                .header("X-User-ID", account)
                .header("X-User-Roles", "user,analyst,consumer"),
        }
    }
}

/// Commands to the dispatcher, queries to the query API.
#[derive(Clone)]
pub(super) struct Api {
    pub(super) dispatcher: String,
    pub(super) query_api: String,
    pub(super) relay: String,
    pub(super) credentials: Credentials,
    pub(super) client: Client,
}

#[derive(Debug)]
pub(super) struct Posted {
    pub(super) location: String,
    pub(super) position: i64,
}

impl Posted {
    pub(super) fn id(&self) -> String {
        self.location.rsplit('/').next().unwrap_or_default().to_owned()
    }
}

impl Api {
    pub(super) fn request(&self, method: Method, service: &str, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{service}{path}"))
    }

    pub(super) fn command(&self, method: Method, path: &str) -> RequestBuilder {
        self.credentials.sign(self.request(method, &self.dispatcher, path), AUTHOR)
    }

    pub(super) fn get_as(&self, account: i64, path: &str) -> RequestBuilder {
        self.credentials.sign(self.request(Method::GET, &self.query_api, path), account)
    }

    /// All events that are handed on, once the relay has come so far.
    pub(super) async fn events(&self, position: i64) -> String {
        let request = || self.request(Method::GET, &self.relay, "/v1/events?limit=1000");
        eventually("the relay hands it on", LIMIT, async || {
            let answer = send(self.credentials.sign(request(), AUTHOR)).await?;
            let reached: i64 = answer.header("data-position").parse().map_err(|error| format!("{error}"))?;
            if reached >= position { Ok(answer.body) } else { Err(reached.to_string()) }
        })
        .await
    }

    pub(super) async fn post(&self, text: &str, tag: &str, key: &str) -> Result<Posted, String> {
        let request = self.command(Method::POST, "/v1/messages").header("Idempotency-Key", key);
        let answer = send(request.json(&json!({"text": text, "tag": tag}))).await?;
        if answer.status != StatusCode::CREATED {
            return Err(format!("{}: {}", answer.status, answer.body));
        }
        let location = answer.header("location").to_owned();
        Ok(Posted { location, position: event_position(&answer) })
    }

    /// As a careful client does it: with one key, until there is an answer.
    pub(super) async fn post_until_accepted(&self, key: &str) -> i64 {
        let posted = eventually("the message is accepted", LIMIT, || self.post(key, "birds", key)).await;
        posted.position
    }

    pub(super) async fn edit(&self, id: &str, text: &str) -> i64 {
        let request = self.command(Method::PATCH, &format!("/v1/messages/{id}")).header("If-Match", "*");
        let answer = send(request.json(&json!({"text": text}))).await.expect("it answers");
        assert_eq!(answer.status, StatusCode::OK);
        event_position(&answer)
    }

    pub(super) async fn delete(&self, id: &str) -> i64 {
        let answer = send(self.command(Method::DELETE, &format!("/v1/messages/{id}"))).await;
        let answer = answer.expect("it answers");
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        event_position(&answer)
    }

    /// What the author reads once the position can be seen.
    pub(super) async fn read(&self, path: &str, position: i64) -> Value {
        let request =
            self.get_as(AUTHOR, path).header("Await-Position", position).header("Prefer", "wait=30");
        let answer = send(request).await.expect("it answers");
        let (status, reached, body) = (answer.status, answer.header("data-position"), &answer.body);
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        assert!(reached.parse::<i64>().is_ok_and(|reached| reached >= position), "{path}: {reached}");
        serde_json::from_str(body).expect("it is JSON")
    }
}

pub(super) fn event_position(answer: &Answer) -> i64 {
    answer.header("event-position").parse().expect("a command answers its position")
}
