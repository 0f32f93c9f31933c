use std::sync::Arc;
use std::time::Duration;

use http_kit::Identity;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::eventually;
use tokens::{RevocationsDocument, UrlRevocations};

use super::{PASSWORD, account, bearer, is_believed, list, log_in, log_out, refresh, register, tokens};
use crate::answer::refused;
use crate::app::{Api, App, PATIENCE, log_config, quiet};

/// A second dispatcher on the same log.
async fn another(app: &App) -> Api {
    Api::open(&log_config(&app.nats), &app.tokens.config(), quiet()).await
}

async fn is_void(api: &Api, session: &api_types::sessions::SessionTokens) {
    eventually("the token is void", PATIENCE, || async {
        if is_believed(api, session).await { Err("it is believed".to_owned()) } else { Ok(()) }
    })
    .await;
}

#[tokio::test]
async fn a_session_that_ended_writes_nothing_more_at_any_dispatcher() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    let there = another(&app).await;
    let session = tokens(&log_in(&app.api, "ada", PASSWORD).await);
    assert!(is_believed(&there, &session).await);
    assert_eq!(log_out(&app.api, &session).await.status, 204);
    assert!(!is_believed(&app.api, &session).await, "at once");
    is_void(&there, &session).await;
    let restarted = another(&app).await;
    assert!(!is_believed(&restarted, &session).await, "one that starts knows it, too");
    assert_eq!(log_in(&app.api, "ada", PASSWORD).await.status, 201);
}

#[tokio::test]
async fn other_services_learn_it_from_the_internal_route() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    let session = tokens(&log_in(&app.api, "ada", PASSWORD).await);
    let url = format!("http://{}/internal/revocations", app.api.address);
    let identity = Arc::new(Identity::new(&app.tokens.config()).expect("there are keys"));
    let source =
        UrlRevocations::new(&url.parse().expect("it is an address")).expect("a client needs nothing");
    source.refresh(identity.revocations()).await.expect("it answers");
    assert_eq!(identity.revocations().entries(), 0);
    assert_eq!(log_out(&app.api, &session).await.status, 204);
    source.refresh(identity.revocations()).await.expect("it answers");
    assert_eq!(identity.revocations().entries(), 1);

    let (lineage, revisions) = identity.revocations().revisions();
    let known = revisions.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
    let again = reqwest::get(format!("{url}?lineage={lineage}&known={known}")).await.expect("it answers");
    let again: RevocationsDocument = again.json().await.expect("it is one");
    assert!(again.parts.is_empty(), "nothing is told twice");
    let nonsense = reqwest::get(format!("{url}?lineage=x&known=x,,-1")).await.expect("it answers");
    let nonsense: RevocationsDocument = nonsense.json().await.expect("it is one");
    assert!(!nonsense.parts.is_empty(), "who knows nothing is told everything");
}

#[tokio::test]
async fn sessions_are_listed_by_name_and_ended_one_by_one() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    register(&app, 200, "bea").await;
    let here = tokens(&log_in(&app.api, "ada", PASSWORD).await);
    let body = json!({"handle": "ada", "password": PASSWORD, "name": " Phone "});
    let phone = tokens(&super::post(&app.api, "/v1/sessions", super::HOME, &body).await);
    let foreign = tokens(&log_in(&app.api, "bea", PASSWORD).await);

    let listed = list(&app.api, &here).await;
    let of = |name: &str| {
        let sessions = listed.as_array().expect("it is a list");
        sessions.iter().find(|session| session["name"] == name).cloned().unwrap_or(Value::Null)
    };
    assert_eq!(listed.as_array().map(Vec::len), Some(2), "{listed}");
    assert_eq!((&of("Phone")["current"], &of("")["current"]), (&json!(false), &json!(true)), "{listed}");
    assert!(of("Phone")["createdAt"].is_string() && of("Phone")["lastUsedAt"].is_string());

    let path = format!("/v1/sessions/{}", of("Phone")["id"].as_str().expect("it has an id"));
    let stranger = bearer(&app.api, &foreign.access_token).remove(&path).await;
    assert_eq!(stranger.refusal(), refused(404, "not-found"), "it belongs to somebody else");
    assert!(is_believed(&app.api, &phone).await);
    assert_eq!(bearer(&app.api, &here.access_token).remove(&path).await.status, 204);
    assert!(!is_believed(&app.api, &phone).await);
    assert_eq!(
        refresh(&app.api, &phone.refresh_token).await.refusal(),
        refused(401, "refresh-token-invalid")
    );
    assert!(is_believed(&app.api, &here).await);
    let unknown = bearer(&app.api, &here.access_token).remove(&path).await;
    assert_eq!(unknown.refusal(), refused(404, "not-found"));
    let nonsense = bearer(&app.api, &here.access_token).remove("/v1/sessions/nonsense").await;
    assert_eq!(nonsense.refusal(), refused(400, "invalid-parameter"));
    let too_long = json!({"handle": "ada", "password": PASSWORD, "name": "x".repeat(101)});
    let refusal = super::post(&app.api, "/v1/sessions", super::HOME, &too_long).await.refusal();
    assert_eq!(refusal, refused(400, "invalid-field"));
}

#[tokio::test]
async fn logging_out_everywhere_ends_all_sessions() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    let mut sessions = Vec::new();
    for _ in 0..3 {
        sessions.push(tokens(&log_in(&app.api, "ada", PASSWORD).await));
    }
    assert_eq!(bearer(&app.api, &sessions[0].access_token).remove("/v1/sessions").await.status, 204);
    for session in &sessions {
        assert!(!is_believed(&app.api, session).await);
        assert_eq!(refresh(&app.api, &session.refresh_token).await.status, 401);
    }
    let new = tokens(&log_in(&app.api, "ada", PASSWORD).await);
    assert!(is_believed(&app.api, &new).await);
}

#[tokio::test]
async fn the_session_that_makes_room_is_over() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    let first = tokens(&log_in(&app.api, "ada", PASSWORD).await);
    for _ in 0..32 {
        log_in(&app.api, "ada", PASSWORD).await;
    }
    assert!(!is_believed(&app.api, &first).await);
}

#[tokio::test]
async fn only_who_logged_in_manages_sessions() {
    let app = App::start().await;
    let id = app.register("ada").await;
    let operator = app.user(id);
    for (method, path) in [(Method::GET, "/v1/sessions"), (Method::DELETE, "/v1/sessions")] {
        let answer = operator.send(method, path, &[], "").await;
        assert_eq!(answer.refusal(), refused(403, "session-required"), "{path}");
    }
    let anonymous = app.api.send(Method::GET, "/v1/sessions", &[], "").await;
    assert_eq!(anonymous.refusal(), refused(403, "identity-required"));
}

#[tokio::test]
async fn an_account_that_is_given_up_has_no_tokens() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    let (one, two) =
        (tokens(&log_in(&app.api, "ada", PASSWORD).await), tokens(&log_in(&app.api, "ada", PASSWORD).await));
    let answer = bearer(&app.api, &one.access_token).remove("/v1/accounts/me").await;
    assert_eq!(answer.status, 204, "{answer:?}");
    for session in [&one, &two] {
        assert!(!is_believed(&app.api, session).await);
        assert_eq!(refresh(&app.api, &session.refresh_token).await.status, 401);
    }
    let listed = bearer(&app.api, &two.access_token).send(Method::GET, "/v1/sessions", &[], "").await;
    assert_eq!(listed.refusal(), refused(401, "token-revoked"));
}

#[tokio::test]
async fn a_deactivation_that_is_refused_ends_nothing() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    let session = tokens(&log_in(&app.api, "ada", PASSWORD).await);
    let refused_one = app.user(999).remove("/v1/accounts/me").await;
    assert_eq!(refused_one.refusal(), refused(404, "AccountMustExist"));
    assert!(is_believed(&app.api, &session).await);
    app.api.state.end_all_sessions(account(100)).await.expect("the store answers");
    assert!(!is_believed(&app.api, &session).await);
    tokio::time::timeout(Duration::from_secs(30), log_in(&app.api, "ada", PASSWORD)).await.expect("in time");
}
