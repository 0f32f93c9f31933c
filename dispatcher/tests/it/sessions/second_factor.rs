use std::time::{SystemTime, UNIX_EPOCH};

use dispatcher::credential_store::totp;
use reqwest::Method;
use serde_json::{Value, json};

use super::{HOME, PASSWORD, bearer, log_in, post, register, tokens};
use crate::answer::{Answer, refused};
use crate::app::{App, Caller};

const FACTOR: &str = "/v1/accounts/me/second-factor";

async fn send(owner: &Caller<'_>, path: &str, body: &Value) -> Answer {
    owner.json(Method::POST, &format!("{FACTOR}{path}"), &[], body).await
}

async fn log_in_with(app: &App, otp: &str) -> Answer {
    post(&app.api, "/v1/sessions", HOME, &json!({"handle": "ada", "password": PASSWORD, "otp": otp})).await
}

fn text(value: &Value) -> String {
    value.as_str().expect("it is a string").to_owned()
}

/// The code of a secret some half minutes from now.
fn code(secret: &str, steps: u64) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).expect("it is base32");
    let secret = secret.as_bytes().try_into().expect("it has 160 bits");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later").as_secs();
    totp(secret).expect("the parameters are good").generate(now + 30 * steps).to_string()
}

/// The secret, and the recovery codes.
async fn turn_on(owner: &Caller<'_>) -> (String, Vec<String>) {
    let enrolled = send(owner, "", &json!({"password": PASSWORD})).await.json();
    assert!(text(&enrolled["url"]).starts_with("otpauth://totp/Rookery"), "{enrolled}");
    let secret = text(&enrolled["secret"]);
    let confirmed = send(owner, "/confirm", &json!({"code": code(&secret, 0)})).await;
    assert_eq!((confirmed.status, confirmed.header("cache-control")), (200, "no-store"), "{confirmed:?}");
    let codes =
        confirmed.json()["recoveryCodes"].as_array().expect("they are shown").iter().map(text).collect();
    (secret, codes)
}

async fn state(owner: &Caller<'_>) -> Value {
    owner.send(Method::GET, FACTOR, &[], "").await.json()
}

#[tokio::test]
async fn a_log_in_needs_a_code_that_was_not_used() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    let owner = bearer(&app.api, &tokens(&log_in(&app.api, "ada", PASSWORD).await).access_token);
    assert_eq!(state(&owner).await, json!({"enabled": false, "recoveryCodesLeft": 0}));
    let (secret, recovery) = turn_on(&owner).await;
    assert_eq!(state(&owner).await, json!({"enabled": true, "recoveryCodesLeft": 10}));

    assert_eq!(log_in(&app.api, "ada", "wrong").await.refusal(), refused(401, "credentials-invalid"));
    assert_eq!(log_in(&app.api, "ada", PASSWORD).await.refusal(), refused(401, "otp-required"));
    assert_eq!(log_in_with(&app, "000000").await.refusal(), refused(401, "otp-invalid"));
    let used = code(&secret, 0);
    assert_eq!(
        log_in_with(&app, &used).await.refusal(),
        refused(401, "otp-invalid"),
        "it confirmed the secret"
    );
    let next = code(&secret, 1);
    let at_once = futures::future::join_all((0..4).map(|_| log_in_with(&app, &next))).await;
    let with = |status| at_once.iter().filter(|answer| answer.status == status).count();
    assert_eq!((with(201), with(401)), (1, 3), "once, at the same moment, too: {at_once:?}");
    assert_eq!(log_in_with(&app, &next).await.status, 401);

    assert_eq!(log_in_with(&app, &recovery[3].to_uppercase().replace('-', " ")).await.status, 201);
    assert_eq!(log_in_with(&app, &recovery[3]).await.refusal(), refused(401, "otp-invalid"), "once");
    assert_eq!(state(&owner).await["recoveryCodesLeft"], 9);

    assert_eq!(
        send(&owner, "", &json!({"password": PASSWORD})).await.refusal(),
        refused(409, "second-factor-on")
    );
    let wrong = send(&owner, "/disable", &json!({"password": "wrong"})).await;
    assert_eq!(wrong.refusal(), refused(403, "password-wrong"));
    assert_eq!(send(&owner, "/disable", &json!({"password": PASSWORD})).await.status, 204);
    assert_eq!(log_in(&app.api, "ada", PASSWORD).await.status, 201);
}

#[tokio::test]
async fn codes_cannot_be_guessed() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    let owner = bearer(&app.api, &tokens(&log_in(&app.api, "ada", PASSWORD).await).access_token);
    let (_, recovery) = turn_on(&owner).await;
    let mut limited = 0;
    for guess in 0..15 {
        let from = format!("198.51.100.{guess}");
        let body = json!({"handle": "ada", "password": PASSWORD, "otp": format!("{guess:06}")});
        limited += u32::from(post(&app.api, "/v1/sessions", &from, &body).await.status == 429);
    }
    assert_eq!(limited, 5, "from however many addresses");
    assert_eq!(log_in_with(&app, &recovery[0]).await.status, 429);
}

#[tokio::test]
async fn what_was_only_enrolled_is_not_asked_for() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    let owner = bearer(&app.api, &tokens(&log_in(&app.api, "ada", PASSWORD).await).access_token);
    assert_eq!(
        send(&owner, "/confirm", &json!({"code": "123456"})).await.refusal(),
        refused(401, "otp-invalid")
    );
    assert_eq!(
        send(&owner, "", &json!({"password": "wrong"})).await.refusal(),
        refused(403, "password-wrong")
    );
    assert_eq!(send(&owner, "", &json!({"password": PASSWORD})).await.status, 201);
    assert_eq!(
        send(&owner, "/confirm", &json!({"code": "nonsense"})).await.refusal(),
        refused(401, "otp-invalid")
    );
    assert_eq!(log_in(&app.api, "ada", PASSWORD).await.status, 201);
    let operator = app.user(100).send(Method::GET, FACTOR, &[], "").await;
    assert_eq!(operator.refusal(), refused(403, "session-required"));
}
