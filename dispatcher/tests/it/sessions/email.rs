use std::time::Duration;

use dispatcher::MailSettings;
use reqwest::Method;
use serde_json::{Value, json};
use service_kit::config::Secret;
use testkit::{MailServer, eventually};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{HOME, PASSWORD, bearer, is_believed, log_in, post, register, tokens};
use crate::answer::{Answer, refused};
use crate::app::{App, Caller, PATIENCE};

const NEW: &str = "another horse battery staple";

/// The first `busy` mails are put off.
async fn with_mail(app: &App, busy: usize) -> MailServer {
    let server = MailServer::start().await;
    server.put_off(busy);
    send_mails(app, &server.url());
    server
}

pub(super) fn send_mails(app: &App, url: &str) {
    let from = "Rookery <rookery@example.org>".parse().expect("it is an address");
    let settings = MailSettings { url: Secret::new(url.to_owned()), from };
    app.api.state.send_mails(&settings, CancellationToken::new()).expect("it is an address");
}

async fn owner(app: &App) -> Caller<'_> {
    register(app, 100, "ada").await;
    bearer(&app.api, &tokens(&log_in(&app.api, "ada", PASSWORD).await).access_token)
}

pub(super) async fn set(owner: &Caller<'_>, email: &Value) -> Answer {
    let body = json!({"email": email, "password": PASSWORD});
    owner.json(Method::PUT, "/v1/accounts/me/email", &[], &body).await
}

async fn shown(owner: &Caller<'_>) -> Value {
    owner.send(Method::GET, "/v1/accounts/me/email", &[], "").await.json()
}

async fn confirm(app: &App, token: &str) -> Answer {
    post(&app.api, "/v1/email-confirmations", HOME, &json!({"token": token})).await
}

async fn ask_reset(app: &App, handle: &str) -> Answer {
    post(&app.api, "/v1/password-resets", HOME, &json!({"handle": handle})).await
}

async fn reset(app: &App, token: &str) -> Answer {
    let body = json!({"token": token, "newPassword": NEW});
    post(&app.api, "/v1/password-resets/confirm", HOME, &body).await
}

/// Of a server that takes connections and says nothing.
#[tokio::test]
async fn a_dozen_addresses_before_a_silent_server_shut_nobody_out() {
    let app = App::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
    let url = format!("smtp://{}", listener.local_addr().expect("it is bound"));
    let from = "Rookery <rookery@example.org>".parse().expect("it is an address");
    let settings = MailSettings { url: Secret::new(url), from };
    app.api.state.send_mails(&settings, CancellationToken::new()).expect("it is an address");
    // All who send are held up.
    let mut owners = Vec::new();
    for (number, handle) in [(100, "ada"), (101, "bob"), (102, "cleo")] {
        register(&app, number, handle).await;
        owners.push(bearer(&app.api, &tokens(&log_in(&app.api, handle, PASSWORD).await).access_token));
    }
    for owner in &owners[..2] {
        for _ in 0..2 {
            assert_eq!(set(owner, &json!("ada@example.org")).await.status, 202);
        }
    }
    let ask =
        async |address: &str| post(&app.api, "/v1/password-resets", address, &json!({"handle": "ada"})).await;
    let limited = refused(429, "rate-limited");
    let mut taken = 0;
    for address in 1..=12 {
        for _ in 0..30 {
            let answer = ask(&format!("198.51.100.{address}")).await;
            taken += u32::from(answer.status == 202);
            assert!(answer.status == 202 || answer.refusal() == limited, "{answer:?}");
        }
    }
    assert_eq!(taken, 12 * 4);
    for address in 1..=50 {
        assert_eq!(ask(&format!("203.0.113.{address}")).await.status, 202, "{address}");
    }
    let elsewhere = [("x-forwarded-for", "203.0.113.99")];
    let body = json!({"email": "cleo@example.org", "password": PASSWORD});
    let path = "/v1/accounts/me/email";
    assert_eq!(owners[0].json(Method::PUT, path, &elsewhere, &body).await.refusal(), limited, "it has two");
    assert_eq!(owners[2].json(Method::PUT, path, &elsewhere, &body).await.status, 202);
}

#[tokio::test]
async fn an_address_is_the_accounts_once_its_mail_comes_back() {
    let app = App::start().await;
    let (sink, owner) = (with_mail(&app, 1).await, owner(&app).await);
    assert_eq!(set(&owner, &json!("ada@example.org")).await.status, 202);
    let code = sink.code(0).await;
    assert!(sink.mail(0).await.contains("To: ada@example.org"), "although it was busy at first");
    assert_eq!(shown(&owner).await, json!({"email": null, "pending": "ada@example.org"}));
    for bad in ["", "x", "100.x", &code.replace(['a', 'b'], "c"), &format!("1{code}")] {
        if *bad != code {
            assert_eq!(confirm(&app, bad).await.refusal(), refused(422, "mail-token-invalid"), "{bad}");
        }
    }
    assert_eq!(confirm(&app, &format!(" {code}\n")).await.status, 204);
    assert_eq!(confirm(&app, &code).await.refusal(), refused(422, "mail-token-invalid"), "once");
    assert_eq!(shown(&owner).await, json!({"email": "ada@example.org", "pending": null}));
    assert_eq!(set(&owner, &Value::Null).await.status, 204);
    assert_eq!(shown(&owner).await, json!({"email": null, "pending": null}));
}

#[tokio::test]
async fn a_lost_password_is_replaced_by_mail_and_everything_else_ends() {
    let app = App::start().await;
    let sink = with_mail(&app, 0).await;
    let thief = owner(&app).await;
    let script =
        thief.json(Method::POST, "/v1/tokens", &[], &json!({"name": "x", "scopes": ["write"]})).await;
    let script = script.json()["token"].as_str().expect("it is shown").to_owned();
    assert_eq!(set(&thief, &json!("ada@example.org")).await.status, 202);
    assert_eq!(confirm(&app, &sink.code(0).await).await.status, 204);

    let answers =
        [ask_reset(&app, "ada").await, ask_reset(&app, "nobody").await, ask_reset(&app, "no handle").await];
    assert!(answers.iter().all(|answer| answer.status == 202 && answer.body.is_empty()), "{answers:?}");
    let first = sink.code(1).await;
    assert_eq!(ask_reset(&app, "ada").await.status, 202);
    let second = sink.code(2).await;
    assert_eq!(sink.all().len(), 3, "nobody else got one");
    assert_eq!(reset(&app, &first).await.refusal(), refused(422, "mail-token-invalid"), "the newest counts");
    assert_eq!(reset(&app, &second).await.status, 204);
    assert_eq!(reset(&app, &second).await.refusal(), refused(422, "mail-token-invalid"), "once");

    assert_eq!(log_in(&app.api, "ada", PASSWORD).await.status, 401);
    let session = tokens(&log_in(&app.api, "ada", NEW).await);
    assert!(is_believed(&app.api, &session).await);
    assert_eq!(thief.post(&json!({"text": "x"})).await.refusal(), refused(401, "token-revoked"));
    let by_script = bearer(&app.api, &script).post(&json!({"text": "x"})).await;
    assert_eq!(by_script.refusal(), refused(401, "token-revoked"));
}

#[tokio::test]
async fn nobody_fills_a_mailbox() {
    let app = App::start().await;
    let (sink, owner) = (with_mail(&app, 0).await, owner(&app).await);
    for _ in 0..8 {
        // An account has few places for mails that wait.
        eventually("nothing is said of it", PATIENCE, async || {
            match set(&owner, &json!("victim@example.org")).await.status {
                202 => Ok(()),
                other => Err(other.to_string()),
            }
        })
        .await;
    }
    register(&app, 200, "bea").await;
    let other = bearer(&app.api, &tokens(&log_in(&app.api, "bea", PASSWORD).await).access_token);
    assert_eq!(set(&other, &json!("Victim@Example.org")).await.status, 202);
    assert_eq!(set(&other, &json!("bea@example.org")).await.status, 202);
    eventually("the last one arrives", PATIENCE, || async {
        let all = sink.all();
        let is_there = all.iter().any(|mail| mail.contains("To: bea@example.org"));
        if is_there { Ok(()) } else { Err(format!("{} mails", all.len())) }
    })
    .await;
    tokio::time::timeout(Duration::from_secs(20), async {
        while sink.all().len() < 6 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("five and one");
    assert_eq!(sink.all().len(), 6);
}

#[tokio::test]
async fn without_a_mail_server_that_is_said() {
    let app = App::start().await;
    let owner = owner(&app).await;
    assert_eq!(set(&owner, &json!("ada@example.org")).await.refusal(), refused(403, "mail-not-configured"));
    assert_eq!(ask_reset(&app, "ada").await.refusal(), refused(403, "mail-not-configured"));
    for bad in ["", "x", "a b@example.org", "ada@"] {
        assert_eq!(set(&owner, &json!(bad)).await.refusal(), refused(400, "invalid-field"), "{bad}");
    }
    let body = json!({"email": "ada@example.org", "password": "wrong"});
    let wrong = owner.json(Method::PUT, "/v1/accounts/me/email", &[], &body).await;
    assert_eq!(wrong.refusal(), refused(403, "password-wrong"));
    let operator = app.user(100).send(Method::GET, "/v1/accounts/me/email", &[], "").await;
    assert_eq!(operator.refusal(), refused(403, "session-required"));
}
