//! A way into an account, and how it is ended.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::load::World;
use crate::load::client::{self, PASSWORD};
use crate::record::{Action, Intent};
use crate::system::http;

/// How somebody loses it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    LogOut,
    LogOutEverywhere,
    EndSession,
    NewPassword,
    RevokeToken,
    Suspend,
}

impl Way {
    pub(super) const ALL: [Self; 6] = [
        Self::LogOut,
        Self::LogOutEverywhere,
        Self::EndSession,
        Self::NewPassword,
        Self::RevokeToken,
        Self::Suspend,
    ];
}

pub(super) struct Door {
    way: Way,
    account: i64,
    pub(super) token: String,
    /// Of the session that ends this way in: its own, or another one of the account.
    by: String,
    /// Of the dispatcher that is asked to.
    at: usize,
    /// Of the personal token, or the other session.
    id: String,
}

/// A way in that was ended.
#[derive(Debug, Clone)]
pub(super) struct Shut {
    pub(super) what: Arc<str>,
    pub(super) token: Arc<str>,
    /// Which dispatcher said so; it knows at once.
    pub(super) at: Option<usize>,
    pub(super) since: Instant,
}

impl Door {
    /// A new account with a session, and whatever else the way needs.
    pub(super) async fn make(
        world: &World,
        gateway: &str,
        urls: &[String; 2],
        at: usize,
        way: Way,
        handle: &str,
    ) -> Result<Self> {
        let account = client::Client::new(gateway.to_owned()).register(&world.record, handle).await;
        let own = log_in(&urls[at], handle).await?;
        let mut door = Self { way, account, token: own.clone(), by: own, at, id: String::new() };
        match way {
            Way::EndSession | Way::NewPassword => {
                door.token = log_in(&urls[1 - at], handle).await?;
                door.id = door.other_session(&urls[at]).await?;
            }
            Way::RevokeToken => {
                let body = json!({"name": "door", "scopes": ["read", "write"]});
                let made = door.send(Method::POST, &urls[at], "/v1/tokens", Some(body)).await?;
                let made: Value = made.error_for_status().context("a personal token")?.json().await?;
                door.token = text(&made["token"])?;
                door.id = text(&made["id"])?;
            }
            Way::LogOut | Way::LogOutEverywhere | Way::Suspend => {}
        }
        Ok(door)
    }

    async fn other_session(&self, url: &str) -> Result<String> {
        let listed = self.send(Method::GET, url, "/v1/sessions", None).await?;
        let listed: Value = listed.error_for_status().context("the sessions")?.json().await?;
        let other = listed.as_array().into_iter().flatten().find(|session| session["current"] == false);
        text(&other.context("the other session is listed")?["id"])
    }

    async fn send(&self, method: Method, url: &str, path: &str, body: Option<Value>) -> Result<Response> {
        let request = http().request(method, format!("{url}{path}")).bearer_auth(&self.by);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        Ok(request.send().await?)
    }

    /// Whether it was answered that it is ended.
    pub(super) async fn end(&self, world: &World, gateway: &str, urls: &[String; 2]) -> bool {
        let (method, path, body) = match self.way {
            Way::LogOut => (Method::DELETE, "/v1/sessions/current".to_owned(), None),
            Way::LogOutEverywhere => (Method::DELETE, "/v1/sessions".to_owned(), None),
            Way::EndSession => (Method::DELETE, format!("/v1/sessions/{}", self.id), None),
            Way::NewPassword => {
                let body = json!({"currentPassword": PASSWORD, "newPassword": "another long enough one"});
                (Method::POST, "/v1/accounts/me/password".to_owned(), Some(body))
            }
            Way::RevokeToken => (Method::DELETE, format!("/v1/tokens/{}", self.id), None),
            Way::Suspend => return self.suspend(world, gateway).await,
        };
        let answer = self.send(method, &urls[self.at], &path, body).await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    async fn suspend(&self, world: &World, gateway: &str) -> bool {
        let intent = Intent::Moderate { account: self.account, action: Action::Suspend };
        let key = Some(format!("door-{}", self.account));
        let operation = world.record.begin(world.moderator, key, |_| intent);
        let deadline = Instant::now() + crate::load::GIVE_UP_AFTER;
        let client = client::Client::new(gateway.to_owned());
        client.insist(&world.record, operation, || Instant::now() > deadline).await.is_some()
    }

    /// From this moment on.
    pub(super) fn ended(self) -> Shut {
        // A suspension goes through a dispatcher that believes the gateway, so each of the others has to learn it.
        let at = (!matches!(self.way, Way::Suspend)).then_some(self.at);
        Shut {
            what: format!("{:?} of {}", self.way, self.account).into(),
            token: Arc::from(self.token),
            at,
            since: Instant::now(),
        }
    }
}

async fn log_in(url: &str, handle: &str) -> Result<String> {
    let body = json!({"handle": handle, "password": PASSWORD});
    let client: Client = http();
    let answer = client.post(format!("{url}/v1/sessions")).json(&body).send().await?;
    ensure!(answer.status() == 201, "{handle} logs in: {}", answer.text().await?);
    text(&answer.json::<Value>().await?["accessToken"])
}

fn text(value: &Value) -> Result<String> {
    value.as_str().map(str::to_owned).with_context(|| format!("{value} is no text"))
}
