//! Who and what there is to try with.

use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokens::{Role, SigningKey, TokenIssuer};

use super::cases::Body;
use crate::support::{Answer, System, rookery, send, stdout};

pub(super) const PASSWORD: &str = "correct horse battery";
const CHECKED_IN: &str = include_str!("../../../../../docs/openapi.json");
/// Longer than all attempts together.
const LIFETIME: Duration = Duration::from_secs(3_600);

/// docs/openapi.json.
pub(super) struct Document(Value);

/// Somebody with an account.
pub(super) struct Person {
    id: i64,
    handle: String,
}

/// What a request may be about, made for it: all of it the author's, but the reply.
pub(super) struct Things {
    pub(super) account: String,
    pub(super) handle: String,
    pub(super) message: String,
    /// A message of the author that the author bookmarked.
    pub(super) bookmarked: String,
    /// By somebody else, to a message of the author: it is in the author's notifications.
    pub(super) reply: String,
    /// The newest event.
    pub(super) position: String,
    /// An access token and a refresh token of a session of the author; empty where nobody asked for one.
    pub(super) session: String,
    pub(super) refresh: String,
    /// That of the session, as addresses name it; the same of a personal token of the author, and that token.
    session_id: String,
    personal_id: String,
    pub(super) personal_token: String,
    /// An account that the author blocks and mutes.
    pub(super) avoided: String,
    /// Of nobody yet.
    pub(super) new_handle: String,
    followee: String,
}

pub(super) struct World {
    pub(super) document: Document,
    pub(super) author: Person,
    /// With an account of their own, and nothing to do with the author.
    pub(super) stranger: Person,
    followee: Person,
    avoided: Person,
    http: Client,
    url: String,
    key: SigningKey,
    seen: AtomicI64,
    names: AtomicU32,
}

/// What an access token says of its session; nothing of no token.
fn session_id(token: Option<&str>) -> String {
    let Some(payload) = token.and_then(|token| token.split('.').nth(1)) else { return String::new() };
    let payload = URL_SAFE_NO_PAD.decode(payload).expect("it is base64");
    let payload: Value = serde_json::from_slice(&payload).expect("it is JSON");
    payload["sid"].as_str().expect("it names its session").to_owned()
}

impl Document {
    pub(super) fn checked_in() -> Self {
        Self(serde_json::from_str(CHECKED_IN).expect("it is JSON"))
    }

    pub(super) fn operations(&self) -> impl Iterator<Item = &str> {
        self.all().map(|(_, _, operation)| operation["operationId"].as_str().expect("each has a name"))
    }

    pub(super) fn operation(&self, name: &str) -> &Value {
        self.find(name).2
    }

    pub(super) fn address(&self, name: &str) -> (Method, &str) {
        let (path, method, _) = self.find(name);
        (method.to_uppercase().parse().expect("it is a method"), path)
    }

    pub(super) fn success(&self, name: &str) -> u16 {
        let responses = self.operation(name)["responses"].as_object().expect("it answers");
        let success = responses.keys().find(|status| status.starts_with('2'));
        success.and_then(|status| status.parse().ok()).expect("it can succeed")
    }

    fn find(&self, name: &str) -> (&str, &str, &Value) {
        let found = self.all().find(|(_, _, operation)| operation["operationId"] == name);
        found.unwrap_or_else(|| panic!("docs/openapi.json has no operation {name}"))
    }

    fn all(&self) -> impl Iterator<Item = (&str, &str, &Value)> {
        let paths = self.0["paths"].as_object().expect("it has paths").iter();
        paths.flat_map(|(path, item)| {
            let item = item.as_object().expect("a path has operations").iter();
            let item = item.filter(|(_, operation)| operation["operationId"].is_string());
            item.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
        })
    }
}

impl World {
    pub(super) async fn new(system: &System, dir: &Path) -> Self {
        let keys = dir.join("keys");
        let files = stdout(&rookery(dir, &["keys", "init", "--dir", keys.to_str().expect("it is UTF-8")]));
        let key = files.lines().next().expect("it names the key");
        let nobody = || Person { id: 0, handle: String::new() };
        let mut world = Self {
            document: Document::checked_in(),
            author: nobody(),
            stranger: nobody(),
            followee: nobody(),
            avoided: nobody(),
            http: Client::builder().no_proxy().build().expect("a client needs nothing"),
            url: system.url.clone(),
            key: SigningKey::read_pem(Path::new(key)).expect("it is a key"),
            seen: AtomicI64::new(0),
            names: AtomicU32::new(0),
        };
        world.author = world.newcomer().await;
        world.stranger = world.newcomer().await;
        world.followee = world.newcomer().await;
        world.avoided = world.newcomer().await;
        let author = world.token(&world.author, &[Role::User]);
        for edge in ["block", "mute"] {
            let path = format!("/v1/accounts/{}/{edge}", world.avoided.id);
            world.done(Method::PUT, &path, Some(&author), Body::None).await;
        }
        world
    }

    pub(super) async fn newcomer(&self) -> Person {
        let handle = self.new_handle();
        let body = json!({"handle": handle, "password": PASSWORD, "displayName": "Somebody"});
        let registered = self.done(Method::POST, "/v1/accounts", None, Body::Json(body)).await;
        let id = registered["id"].as_str().and_then(|id| id.parse().ok()).expect("it has an id");
        Person { id, handle }
    }

    fn new_handle(&self) -> String {
        format!("person_{}", self.names.fetch_add(1, Ordering::Relaxed))
    }

    /// An operator's token.
    pub(super) fn token(&self, person: &Person, roles: &[Role]) -> String {
        self.token_of("rookery", person, roles, SystemTime::now())
    }

    fn token_of(&self, audience: &str, person: &Person, roles: &[Role], since: SystemTime) -> String {
        let issuer = TokenIssuer::new(&self.key, "rookery", audience);
        issuer.issue(person.id, roles.iter().copied().collect(), since, LIFETIME).expect("it can be signed")
    }

    /// Tokens that say all that is needed, and are not good; with the code of their refusal.
    pub(super) fn bad_tokens(&self) -> Vec<(&'static str, String, &'static str)> {
        let all = Role::ALL.as_slice();
        let good = self.token(&self.stranger, &[Role::User]);
        let [head, payload, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("{good}") };
        let payload = URL_SAFE_NO_PAD.decode(payload).expect("it is base64");
        let mut raised: Value = serde_json::from_slice(&payload).expect("it is JSON");
        raised["sub"] = json!(self.author.id.to_string());
        raised["roles"] = json!(["user", "analyst", "operator", "admin"]);
        let raised = URL_SAFE_NO_PAD.encode(raised.to_string());
        let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"at+jwt"}"#);
        let past = SystemTime::now() - LIFETIME - Duration::from_secs(60);
        let elsewhere = self.token_of("elsewhere", &self.author, all, SystemTime::now());
        let stray = SigningKey::generate().expect("a key can be made");
        let stray = TokenIssuer::new(&stray, "rookery", "rookery");
        let stray = stray.issue(self.author.id, all.iter().copied().collect(), SystemTime::now(), LIFETIME);
        vec![
            ("a changed payload", format!("{head}.{raised}.{signature}"), "token-invalid"),
            ("no signature", format!("{unsigned}.{raised}."), "token-invalid"),
            ("a key of nobody's", stray.expect("it can be signed"), "token-invalid"),
            ("another audience", elsewhere, "token-invalid"),
            ("an old token", self.token_of("rookery", &self.author, all, past), "token-expired"),
        ]
    }

    /// New things of the author. Logging in takes longest, so there is a session only where that is asked for.
    pub(super) async fn things(&self, with_session: bool) -> Things {
        let author = self.token(&self.author, &[Role::User]);
        let stranger = self.token(&self.stranger, &[Role::User]);
        let message = self.post(&author, json!({"text": "A message"})).await;
        let reply = self.post(&stranger, json!({"text": "A reply", "inReplyTo": message})).await;
        let bookmark = format!("/v1/messages/{message}/bookmark");
        self.done(Method::PUT, &bookmark, Some(&author), Body::None).await;
        let session = if with_session { self.log_in(&self.author).await } else { Value::Null };
        let personal = if with_session { self.personal_token(&session).await } else { Value::Null };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Things {
            account: self.author.id.to_string(),
            handle: self.author.handle.clone(),
            bookmarked: message.clone(),
            message,
            reply,
            position: self.seen.load(Ordering::SeqCst).to_string(),
            session_id: session_id(session["accessToken"].as_str()),
            session: text(&session["accessToken"]),
            refresh: text(&session["refreshToken"]),
            personal_id: text(&personal["id"]),
            personal_token: text(&personal["token"]),
            avoided: self.avoided.id.to_string(),
            new_handle: self.new_handle(),
            followee: self.followee.id.to_string(),
        }
    }

    /// The access token of a new session.
    pub(super) async fn session_of(&self, person: &Person) -> String {
        let session = self.log_in(person).await;
        session["accessToken"].as_str().expect("it is a string").to_owned()
    }

    async fn log_in(&self, person: &Person) -> Value {
        let body = json!({"handle": person.handle, "password": PASSWORD});
        self.done(Method::POST, "/v1/sessions", None, Body::Json(body)).await
    }

    async fn personal_token(&self, session: &Value) -> Value {
        let body = json!({"name": "A script", "scopes": ["read", "write"]});
        self.done(Method::POST, "/v1/tokens", session["accessToken"].as_str(), Body::Json(body)).await
    }

    async fn post(&self, token: &str, message: Value) -> String {
        let posted = self.done(Method::POST, "/v1/messages", Some(token), Body::Json(message)).await;
        posted["id"].as_str().expect("it has an id").to_owned()
    }

    /// Carries an operation out, about these things.
    pub(super) async fn ask(
        &self,
        operation: &str,
        query: &str,
        body: Body,
        things: &Things,
        token: Option<&str>,
    ) -> Answer {
        let (method, path) = self.document.address(operation);
        let id = if path.starts_with("/v1/messages/") { &things.message } else { &things.followee };
        let path =
            path.replace("{id}", id).replace("{handle}", &things.handle).replace("{dataSet}", "messages");
        let path = path.replace("{type}", "rookery.message.posted.v1");
        let path = path.replace("{session}", &things.session_id).replace("{token}", &things.personal_id);
        let path = path.replace("{invitation}", &things.followee);
        let path = path.replace("{webhook}", "019acc00-0000-7000-8000-000000000000");
        // Of a log-in at a provider that was unlinked before.
        let path = path.replace("{link}", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
        assert!(!path.contains('{'), "say in authorization/world.rs what {path} names");
        self.send(method, &format!("{path}{query}"), token, body).await
    }

    async fn done(&self, method: Method, path: &str, token: Option<&str>, body: Body) -> Value {
        let answer = self.send(method, path, token, body).await;
        assert!(answer.status.is_success(), "{path}: {answer:?}");
        serde_json::from_str(&answer.body).unwrap_or_default()
    }

    async fn send(&self, method: Method, path: &str, token: Option<&str>, body: Body) -> Answer {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.url));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        // What everybody wrote before can be read.
        if method == Method::GET && path.starts_with("/v1/") {
            let seen = self.seen.load(Ordering::SeqCst).to_string();
            request = request.header("await-position", seen).header("prefer", "wait=20");
        }
        if method == Method::PATCH && path.starts_with("/v1/messages/") {
            request = request.header("if-match", "*");
        }
        request = match body {
            Body::None => request,
            Body::Json(body) => request.json(&body),
            Body::Lines(line) => {
                request.header("content-type", "application/x-ndjson").body(format!("{line}\n"))
            }
        };
        let answer = send(request).await.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let position = answer.header("event-position").parse().unwrap_or(0);
        self.seen.fetch_max(position, Ordering::SeqCst);
        answer
    }
}
