//! Logging in at an OpenID provider: in front of a real broker, and a provider that does what it is told.

mod attacks;
mod faults;
mod links;
mod log_in;
mod registration;
mod store;

use dispatcher::Settings;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::oidc::{OidcProvider, Returned};
use tokens::oidc::OidcSettings;

use crate::answer::Answer;
use crate::app::{Api, App, Caller};

const REDIRECT: &str = "https://app.example/callback";
const HOME: &str = "192.0.2.1";
const PASSWORD: &str = "correct horse";

async fn start() -> (App, OidcProvider) {
    start_with(Settings::default()).await
}

async fn start_with(settings: Settings) -> (App, OidcProvider) {
    let (app, provider) = (App::start_within(settings, 64 << 20).await, OidcProvider::start().await);
    let settings = settings_of(&[&provider]);
    app.api.state.use_oidc(&settings).expect("a client can be made");
    (app, provider)
}

/// Each provider has one of its own.
fn redirect(provider: &str) -> String {
    if provider == "one" { REDIRECT.to_owned() } else { format!("{REDIRECT}/{provider}") }
}

/// The first is called `one`, the second `two`.
fn settings_of(providers: &[&OidcProvider]) -> OidcSettings {
    let named = providers.iter().zip(["one", "two"]);
    let all: Vec<Value> = named.map(|(provider, name)| provider.settings(name, &redirect(name))).collect();
    json!(all).to_string().parse().expect("they are settings")
}

async fn post(api: &Api, path: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("x-forwarded-for", HOME)];
    api.send(Method::POST, path, &headers, body.to_string()).await
}

/// What a client keeps, and where it sends the person.
struct Begun {
    authorization: String,
    url: String,
}

async fn begin(api: &Api) -> Begun {
    begin_at(api, "one").await
}

async fn begin_at(api: &Api, provider: &str) -> Begun {
    let answer = post(
        api,
        "/v1/oidc/authorizations",
        &json!({"provider": provider, "redirectUri": redirect(provider)}),
    )
    .await;
    assert_eq!((answer.status, answer.header("cache-control")), (201, "no-store"), "{answer:?}");
    let text = |name: &str| answer.json()[name].as_str().expect("it is there").to_owned();
    Begun { authorization: text("authorization"), url: text("authorizationUrl") }
}

async fn prove(api: &Api, begun: &Begun, returned: &Returned) -> Answer {
    let Returned { redirect_uri, code, state, iss } = returned;
    let body = json!({
        "authorization": begun.authorization, "redirectUri": redirect_uri, "code": code, "state": state, "iss": iss,
    });
    post(api, "/v1/oidc/proofs", &body).await
}

/// A log-in at the provider, from its beginning to its proof.
async fn proof_of(api: &Api, provider: &OidcProvider, subject: &str) -> String {
    let begun = begin(api).await;
    let answer = prove(api, &begun, &provider.log_in(&begun.url, subject)).await;
    assert_eq!((answer.status, answer.header("cache-control")), (201, "no-store"), "{answer:?}");
    answer.json()["proof"].as_str().expect("it is there").to_owned()
}

async fn log_in(api: &Api, proof: &str) -> Answer {
    post(api, "/v1/oidc/sessions", &json!({"proof": proof, "name": "Phone"})).await
}

async fn register(api: &Api, proof: &str, handle: &str) -> Answer {
    post(api, "/v1/oidc/accounts", &json!({"proof": proof, "handle": handle, "displayName": "Somebody"}))
        .await
}

/// Somebody with the session of that answer.
fn owner<'api>(api: &'api Api, answer: &Answer) -> Caller<'api> {
    let token = answer.json()["accessToken"].as_str().expect("it holds tokens").to_owned();
    Caller { api, authorization: format!("Bearer {token}") }
}

/// The id of the caller's account, as its token says.
fn account(answer: &Answer) -> String {
    use base64::Engine;
    let token = answer.json()["accessToken"].as_str().expect("it holds tokens").to_owned();
    let said = token.split('.').nth(1).expect("a token has three parts");
    let said = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(said).expect("it is base64");
    let said: Value = serde_json::from_slice(&said).expect("it is JSON");
    said["sub"].as_str().expect("it names its account").to_owned()
}
