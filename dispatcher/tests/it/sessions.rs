//! Logging in, staying logged in and logging out, in front of a real broker.

mod email;
mod ends;
mod keys;
mod log_in;
mod password;
mod personal_tokens;
mod refresh;
mod second_factor;
mod tries;

use api_types::sessions::SessionTokens;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{
    AccountDeactivated, AccountEvent, AccountId, AccountRegistered, Bio, CommandId, DisplayName, Event,
    EventId, Handle, HandleClaimed, HandleEvent, HandleReleased, Password,
};
use event_store::{Envelope, EventLog, Expected, NewEvent, Subject};
use reqwest::Method;
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::answer::Answer;
use crate::app::{Api, App, Caller};

const PASSWORD: &str = "correct horse battery staple";
const HOME: &str = "192.0.2.1";

fn account(number: i64) -> AccountId {
    AccountId::from_i64(number).expect("it is positive")
}

fn handle(text: &str) -> Handle {
    Handle::parse(text).expect("it is a handle")
}

/// Appends what only other commands append.
async fn append(log: &dyn EventLog, actor: AccountId, events: &[Event]) {
    let command = CommandId(Uuid::now_v7());
    let events = events.iter().map(|event| {
        let (event_type, data) = event_store::encode(event).expect("an event encodes");
        let envelope = Envelope {
            event: EventId(Uuid::now_v7()),
            event_type,
            time: OffsetDateTime::now_utc(),
            command,
            fingerprint: None,
            actor,
            correlation: "test".to_owned(),
            causation: "test".to_owned(),
            trace_parent: None,
            edit_index: None,
        };
        NewEvent { subject: Subject::of(log.shard(), event), expected: Expected::Any, envelope, data }
    });
    log.append(command, events.collect()).await.expect("the log takes it");
}

/// An account as registration makes it.
async fn register(app: &App, number: i64, name: &str) {
    let (account, handle) = (account(number), handle(name));
    let claimed = HandleClaimed { handle: handle.clone(), account };
    let display_name = DisplayName::parse("Somebody").expect("it is a name");
    let registered =
        AccountRegistered { account, handle, display_name, bio: Bio::default(), original_time: None };
    let events =
        [Event::Handle(HandleEvent::Claimed(claimed)), Event::Account(AccountEvent::Registered(registered))];
    append(&app.log, account, &events).await;
    app.api.state.store_credential(account, Password::guess(PASSWORD)).await.expect("the store takes it");
}

async fn deactivate(app: &App, number: i64) {
    let account = account(number);
    let event =
        Event::Account(AccountEvent::Deactivated(AccountDeactivated { account, original_time: None }));
    append(&app.log, account, &[event]).await;
}

async fn release(app: &App, number: i64, name: &str) {
    let released = HandleReleased { handle: handle(name), account: account(number) };
    append(&app.log, account(number), &[Event::Handle(HandleEvent::Released(released))]).await;
}

async fn post(api: &Api, path: &str, from: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("x-forwarded-for", from)];
    api.send(Method::POST, path, &headers, body.to_string()).await
}

async fn log_in(api: &Api, name: &str, password: &str) -> Answer {
    post(api, "/v1/sessions", HOME, &json!({"handle": name, "password": password})).await
}

async fn refresh(api: &Api, token: &str) -> Answer {
    post(api, "/v1/sessions/refresh", HOME, &json!({"refreshToken": token})).await
}

fn tokens(answer: &Answer) -> SessionTokens {
    assert_eq!((answer.status, answer.header("cache-control")), (201, "no-store"), "{answer:?}");
    serde_json::from_str(&answer.body).expect("it holds tokens")
}

/// What a part of an access token says: 0 is its head, 1 its claims.
fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).expect("a token has three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("it is base64")).expect("it is JSON")
}

fn kid(tokens: &SessionTokens) -> String {
    part(&tokens.access_token, 0)["kid"].as_str().expect("tokens name their key").to_owned()
}

/// Whether the API believes an access token.
async fn is_believed(api: &Api, tokens: &SessionTokens) -> bool {
    let authorization = format!("Bearer {}", tokens.access_token);
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    let answer = api.send(Method::POST, "/v1/messages", &headers, r#"{"text":"Hello"}"#).await;
    assert!(matches!(answer.status, 201 | 401), "{answer:?}");
    answer.status == 201
}

async fn log_out(api: &Api, tokens: &SessionTokens) -> Answer {
    bearer(api, &tokens.access_token).remove("/v1/sessions/current").await
}

/// Somebody with that access token.
fn bearer<'api>(api: &'api Api, access_token: &str) -> Caller<'api> {
    Caller { api, authorization: format!("Bearer {access_token}") }
}

async fn list(api: &Api, tokens: &SessionTokens) -> Value {
    bearer(api, &tokens.access_token).send(Method::GET, "/v1/sessions", &[], "").await.json()
}
