//! Who may register: modes, reserved handles, and passwords that everybody tries first.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dispatcher::{Registration, ReservedHandles, Settings};
use futures::TryStreamExt;
use http_kit::Limits;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::eventually;
use tokio::task::JoinHandle;

use crate::answer::{Answer, refused};
use crate::app::{App, PATIENCE, quiet};

const JSON: (&str, &str) = ("content-type", "application/json");

async fn start(registration: Registration) -> App {
    App::start_within(Settings { registration, ..Settings::default() }, 64 << 20).await
}

fn body(handle: &str) -> Value {
    json!({"handle": handle, "password": "correct horse", "displayName": "x"})
}

fn invited(handle: &str, code: &str) -> Value {
    json!({"handle": handle, "password": "correct horse", "displayName": "x", "invitation": code})
}

async fn invite(app: &App, uses: u32) -> String {
    let made =
        app.caller(9, "operator").json(Method::POST, "/v1/invitations", &[], &json!({"uses": uses})).await;
    assert_eq!(made.status, 201, "{made:?}");
    made.json()["code"].as_str().expect("it has a code").to_owned()
}

async fn log_in(app: &App, handle: &str) -> Answer {
    let body = json!({"handle": handle, "password": "correct horse"}).to_string();
    app.api.send(Method::POST, "/v1/sessions", &[JSON, ("x-forwarded-for", "192.0.2.9")], body).await
}

async fn credentials(app: &App) -> usize {
    let context = async_nats::jetstream::new(app.log.client());
    let bucket = context.get_key_value("CREDENTIALS_0").await.expect("the dispatcher made it");
    bucket.keys().await.expect("it answers").try_collect::<Vec<_>>().await.expect("it answers").len()
}

#[tokio::test]
async fn a_closed_installation_registers_nobody_and_imports_accounts() {
    let app = start(Registration::Closed).await;
    assert_eq!(app.api.register(&[], &body("owl")).await.refusal(), refused(403, "registration-closed"));
    assert_eq!((app.events().await, credentials(&app).await), (0, 0));
    let line =
        r#"{"kind": "account", "handle": "owl", "displayName": "Owl", "time": "2020-01-01T00:00:00Z"}"#;
    assert!(app.caller(9, "operator").import(line).await.body.contains("imported"));
}

#[tokio::test]
async fn an_invitation_is_good_for_its_uses() {
    let app = start(Registration::Invitation).await;
    for bad in [body("owl"), invited("owl", ""), invited("owl", "nonsense")] {
        assert_eq!(app.api.register(&[], &bad).await.refusal(), refused(403, "invitation-invalid"));
    }
    assert_eq!(credentials(&app).await, 0);
    let code = invite(&app, 2).await;
    assert_eq!(app.api.register(&[], &invited("owl", &code)).await.status, 201);
    // What was refused took no use, and a repetition takes none.
    assert_eq!(
        app.api.register(&[], &invited("owl", &code)).await.refusal(),
        refused(409, "HandleMustBeFree")
    );
    let mut weak = invited("heron", &code);
    weak["password"] = "password1".into();
    assert_eq!(app.api.register(&[], &weak).await.refusal(), refused(422, "password-too-weak"));
    let key = [("idempotency-key", "k")];
    for _ in 0..3 {
        assert_eq!(app.api.register(&key, &invited("heron", &code)).await.status, 201);
    }
    assert_eq!(
        app.api.register(&[], &invited("wren", &code)).await.refusal(),
        refused(403, "invitation-invalid")
    );
    assert_eq!((app.events().await, credentials(&app).await), (4, 2));
}

#[tokio::test]
async fn of_many_at_once_as_many_get_in_as_an_invitation_has_uses() {
    let app = start(Registration::Invitation).await;
    let code = invite(&app, 3).await;
    let bodies: Vec<_> = (0..10).map(|number| invited(&format!("bird_{number}"), &code)).collect();
    let answers = futures::future::join_all(bodies.iter().map(|body| app.api.register(&[], body))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 3);
    assert_eq!(credentials(&app).await, 3);
}

#[tokio::test]
async fn an_invitation_is_listed_without_its_code_until_it_is_withdrawn() {
    let app = start(Registration::Invitation).await;
    let (code, other) = (invite(&app, 2).await, invite(&app, 1).await);
    assert_eq!(app.api.register(&[], &invited("owl", &code)).await.status, 201);
    let operator = app.caller(9, "operator");
    let listed = operator.send(Method::GET, "/v1/invitations", &[], "").await;
    assert!(!listed.body.contains(&code) && !listed.body.contains(&other), "{listed:?}");
    let listed = listed.json();
    let left: Vec<_> = listed.as_array().expect("a list").iter().map(|one| one["usesLeft"].clone()).collect();
    assert_eq!(left, [1, 1]);
    assert_eq!((&listed[0]["uses"], &listed[0]["madeBy"]), (&json!(2), &json!("9")));
    let path = format!("/v1/invitations/{}", listed[0]["id"].as_str().expect("it has an id"));
    assert_eq!(app.user(7).remove(&path).await.refusal(), refused(403, "role-required"));
    assert_eq!(operator.remove(&path).await.status, 204);
    assert_eq!(operator.remove(&path).await.refusal(), refused(404, "not-found"));
    let refusal = app.api.register(&[], &invited("heron", &code)).await.refusal();
    assert_eq!(refusal, refused(403, "invitation-invalid"));
    assert_eq!(app.api.register(&[], &invited("heron", &other)).await.status, 201);
}

#[tokio::test]
async fn only_operators_invite_and_approve() {
    let app = start(Registration::Approval).await;
    let user = app.user(7);
    let required = refused(403, "role-required");
    assert_eq!(user.json(Method::POST, "/v1/invitations", &[], &json!({})).await.refusal(), required);
    assert_eq!(user.send(Method::GET, "/v1/invitations", &[], "").await.refusal(), required);
    assert_eq!(user.send(Method::GET, "/v1/registrations", &[], "").await.refusal(), required);
    let approval = "/v1/registrations/owl/approval";
    assert_eq!(user.send(Method::POST, approval, &[], "").await.refusal(), required);
    assert_eq!(user.remove("/v1/registrations/owl").await.refusal(), required);
    let operator = app.caller(9, "operator");
    assert_eq!(operator.send(Method::POST, approval, &[], "").await.refusal(), refused(404, "not-found"));
    for bad in [json!({"uses": 0}), json!({"uses": 1001}), json!({"days": 0}), json!({"days": 366})] {
        let answer = operator.json(Method::POST, "/v1/invitations", &[], &bad).await;
        assert_eq!(answer.refusal(), refused(400, "invalid-field"), "{bad}");
    }
}

#[tokio::test]
async fn who_waits_for_approval_is_nobody_until_then() {
    let app = start(Registration::Approval).await;
    let waits = app.api.register(&[], &body("Owl")).await;
    assert_eq!((waits.status, &waits.json()["handle"]), (202, &json!("owl")), "{waits:?}");
    assert_eq!((app.events().await, credentials(&app).await), (0, 0));
    assert_eq!(app.api.register(&[], &body("owl")).await.refusal(), refused(409, "HandleMustBeFree"));
    assert_eq!(log_in(&app, "owl").await.refusal(), refused(401, "credentials-invalid"));
    assert_eq!(app.api.register(&[], &body("heron")).await.status, 202);
    assert_eq!(app.api.register(&[], &body("wren")).await.status, 202);
    assert_eq!(app.api.register(&[], &body("jay")).await.refusal(), refused(429, "rate-limited"));
    let elsewhere = [("x-forwarded-for", "192.0.2.9")];
    assert_eq!(app.api.register(&elsewhere, &body("jay")).await.status, 202);

    let operator = app.caller(9, "admin");
    let listed = operator.send(Method::GET, "/v1/registrations", &[], "").await;
    let handles: Vec<Value> =
        listed.json().as_array().expect("a list").iter().map(|one| one["handle"].clone()).collect();
    assert_eq!(handles, ["owl", "heron", "wren", "jay"]);
    assert!(!listed.body.contains("argon2"), "{listed:?}");
    assert_eq!(operator.remove("/v1/registrations/heron").await.status, 204);
    assert_eq!(operator.remove("/v1/registrations/heron").await.refusal(), refused(404, "not-found"));
    let approved = operator.send(Method::POST, "/v1/registrations/owl/approval", &[], "").await;
    assert_eq!((approved.status, &approved.json()["handle"]), (201, &json!("owl")), "{approved:?}");
    assert_eq!((app.events().await, credentials(&app).await), (2, 1));
    assert_eq!(log_in(&app, "owl").await.status, 201);
    assert_eq!(log_in(&app, "heron").await.refusal(), refused(401, "credentials-invalid"));
}

/// 300 connections of sign-ups made 6 of 9 log-ins 503.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_connections_of_sign_ups_keep_nobody_from_logging_in() {
    // From as many addresses, which nobody limits; and from one, with the limits that are shipped.
    for limits in [quiet(), Limits { enforced: true, ..quiet() }] {
        let from_one = limits.enforced;
        let app = Arc::new(App::start_with(limits).await);
        for number in 0..9 {
            let (address, wanted) = (format!("198.51.100.{number}"), body(&format!("old_{number}")));
            assert_eq!(app.api.register(&[("x-forwarded-for", &address)], &wanted).await.status, 201);
        }
        let refused = Arc::new(AtomicUsize::new(0));
        let sign_ups: Vec<_> =
            (0..300).map(|number| sign_up_for_ever(&app, &refused, number, from_one)).collect();
        let sign_ups: Vec<_> = sign_ups.into_iter().map(tokio::spawn).collect();
        eventually("there are more sign-ups than are taken", PATIENCE, || async {
            let refused = refused.load(Ordering::Relaxed);
            if refused >= 300 { Ok(()) } else { Err(format!("{refused} were refused")) }
        })
        .await;
        let log_ins = (0..9).map(async |number: usize| log_in(&app, &format!("old_{number}")).await.status);
        assert_eq!(futures::future::join_all(log_ins).await, [201; 9], "from one address: {from_one}");
        sign_ups.iter().for_each(JoinHandle::abort);
    }
}

/// One connection after the other, each for a handle of its own.
fn sign_up_for_ever(
    app: &Arc<App>,
    refused: &Arc<AtomicUsize>,
    number: usize,
    from_one: bool,
) -> impl Future<Output = ()> + Send + use<> {
    let (app, refused) = (Arc::clone(app), Arc::clone(refused));
    async move {
        let address =
            if from_one { "192.0.2.1".to_owned() } else { format!("10.0.{}.{}", number / 250, number % 250) };
        let client =
            reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().expect("a client");
        let url = format!("http://{}/v1/accounts", app.api.address);
        // Clients and server share the processors; far more is refused than is taken all the same.
        let mut pace = tokio::time::interval(Duration::from_millis(500));
        for round in 0.. {
            pace.tick().await;
            let wanted = body(&format!("new_{number}_{round}"));
            // Not held against the document, which would take the processors from the server.
            let request = client.post(&url).header("x-forwarded-for", &address).json(&wanted);
            let Ok(answer) = request.send().await else { continue };
            let status = answer.status().as_u16();
            assert!([201, 429, 503].contains(&status), "{answer:?}");
            refused.fetch_add(usize::from(status != 201), Ordering::Relaxed);
        }
    }
}

#[tokio::test]
async fn a_reserved_handle_is_not_for_those_who_ask() {
    let reserved_handles = ReservedHandles::default().with("The_Roost, jay").expect("they are handles");
    let app = App::start_within(Settings { reserved_handles, ..Settings::default() }, 64 << 20).await;
    let required = refused(403, "handle-reserved");
    for handle in ["admin", "ROOT", "Support", "rookery", "the_roost"] {
        assert_eq!(app.api.register(&[], &body(handle)).await.refusal(), required, "{handle}");
    }
    let owl = app.register("owl").await;
    let renamed = app.user(owl).change_profile(&json!({"handle": "admin"})).await;
    assert_eq!(renamed.refusal(), required);
    assert_eq!(app.caller(owl, "admin").change_profile(&json!({"handle": "admin"})).await.status, 200);
    // What is theirs they may name.
    let kept = app.user(owl).change_profile(&json!({"handle": "admin", "bio": "hoo"})).await;
    assert_eq!(kept.status, 200, "{kept:?}");
    let line =
        r#"{"kind": "account", "handle": "support", "displayName": "x", "time": "2020-01-01T00:00:00Z"}"#;
    assert!(app.caller(9, "operator").import(line).await.body.contains("imported"));
}

#[tokio::test]
async fn a_password_that_is_easy_to_guess_is_refused_with_a_hint() {
    let app = start(Registration::Open).await;
    for password in ["password1", "12345678", "nightjar1", "NIGHTJAR", "aaaaaaaa"] {
        let body = json!({"handle": "nightjar", "password": password, "displayName": "Night Jar"});
        let answer = app.api.register(&[], &body).await;
        assert_eq!(answer.refusal(), refused(422, "password-too-weak"), "{password}");
        let problem = answer.problem();
        assert!(problem.detail.is_some_and(|detail| !detail.is_empty()));
        assert!(!answer.body.contains(password), "{answer:?}");
    }
    assert_eq!((app.events().await, credentials(&app).await), (0, 0));
}
