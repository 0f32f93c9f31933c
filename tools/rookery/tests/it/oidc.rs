//! Logging in at an OpenID provider, in one process: from the variable that names the provider to a message that is read.

use reqwest::{Client, Method};
use serde_json::{Value, json};
use testkit::oidc::OidcProvider;

use crate::support::{System, data_dir, send};

const REDIRECT: &str = "https://app.example/callback";

/// A request without an identity, or with a session's token; the body of its success.
async fn ask(system: &System, method: Method, path: &str, token: Option<&str>, body: Option<Value>) -> Value {
    let client = Client::builder().no_proxy().build().expect("a client needs nothing");
    let mut request = client.request(method, format!("{}{path}", system.url));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = send(request).await.expect("it answers");
    assert!(answer.status.is_success(), "{path}: {answer:?}");
    serde_json::from_str(&answer.body).unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

#[tokio::test]
async fn somebody_whom_a_provider_knows_registers_and_posts() {
    let (dir, provider) = (data_dir(), OidcProvider::start().await);
    let providers = json!([provider.settings("keycloak", REDIRECT)]).to_string();
    let system = System::start_with(dir.path(), &[("ROOKERY_OIDC_PROVIDERS", &providers)]).await;
    let post = async |path: &str, body: Value| ask(&system, Method::POST, path, None, Some(body)).await;

    let listed = ask(&system, Method::GET, "/v1/oidc/providers", None, None).await;
    assert_eq!(listed, json!([{"name": "keycloak"}]));
    let begun =
        post("/v1/oidc/authorizations", json!({"provider": "keycloak", "redirectUri": REDIRECT})).await;
    let returned = provider.log_in(text(&begun["authorizationUrl"]), "subject-1");
    let body = json!({
        "authorization": begun["authorization"], "redirectUri": returned.redirect_uri,
        "code": returned.code, "state": returned.state, "iss": returned.iss,
    });
    let proof = post("/v1/oidc/proofs", body).await["proof"].clone();
    let account = json!({"proof": proof, "handle": "owl", "displayName": "Owl"});
    let account = post("/v1/oidc/accounts", account).await;
    let session = post("/v1/oidc/sessions", json!({"proof": proof})).await;
    let token = text(&session["accessToken"]);
    let posted = json!({"text": "Hello"});
    let posted = ask(&system, Method::POST, "/v1/messages", Some(token), Some(posted)).await;
    let path = format!("/v1/messages/{}", text(&posted["id"]));
    let read = testkit::eventually("it can be read", crate::support::START_LIMIT, || async {
        let client = Client::builder().no_proxy().build().expect("a client needs nothing");
        let answer = send(client.get(format!("{}{path}", system.url)).bearer_auth(token)).await?;
        if answer.status == 200 { Ok(answer.body) } else { Err(answer.body) }
    })
    .await;
    let read: Value = serde_json::from_str(&read).expect("it is JSON");
    assert_eq!((&read["author"]["id"], &read["author"]["handle"]), (&account["id"], &json!("owl")));
    let links = ask(&system, Method::GET, "/v1/accounts/me/oidc", Some(token), None).await;
    assert_eq!(links[0]["provider"], "keycloak");
    system.stop().await;
}
