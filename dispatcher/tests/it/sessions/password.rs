use reqwest::Method;
use serde_json::json;

use super::{PASSWORD, bearer, is_believed, log_in, refresh, register, tokens};
use crate::answer::{Answer, refused};
use crate::app::{App, Caller};

const NEW: &str = "another horse battery staple";

async fn change(who: &Caller<'_>, current: &str, new: &str) -> Answer {
    let body = json!({"currentPassword": current, "newPassword": new});
    who.json(Method::POST, "/v1/accounts/me/password", &[], &body).await
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    let (here, thief) =
        (tokens(&log_in(&app.api, "ada", PASSWORD).await), tokens(&log_in(&app.api, "ada", PASSWORD).await));
    let owner = bearer(&app.api, &here.access_token);
    assert_eq!(change(&owner, PASSWORD, NEW).await.status, 204);
    assert!(!is_believed(&app.api, &thief).await, "at once");
    assert_eq!(refresh(&app.api, &thief.refresh_token).await.status, 401);
    assert!(is_believed(&app.api, &here).await, "this one goes on");
    assert_eq!(log_in(&app.api, "ada", PASSWORD).await.status, 401);
    let later = tokens(&log_in(&app.api, "ada", NEW).await);
    assert_eq!(change(&owner, PASSWORD, NEW).await.status, 204, "again, after a lost answer");
    assert!(!is_believed(&app.api, &later).await);
    let next = tokens(&refresh(&app.api, &here.refresh_token).await);
    assert!(is_believed(&app.api, &next).await);
}

#[tokio::test]
async fn an_access_token_alone_changes_no_password() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    let session = tokens(&log_in(&app.api, "ada", PASSWORD).await);
    let holder = bearer(&app.api, &session.access_token);
    for _try in 0..10 {
        assert_eq!(change(&holder, "guess", NEW).await.refusal(), refused(403, "password-wrong"));
    }
    assert_eq!(change(&holder, PASSWORD, NEW).await.refusal(), refused(429, "rate-limited"));
    assert_eq!(log_in(&app.api, "ada", PASSWORD).await.status, 201, "who logs in is not slowed down by that");
}

#[tokio::test]
async fn what_is_no_password_or_no_session_changes_nothing() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    let session = tokens(&log_in(&app.api, "ada", PASSWORD).await);
    let owner = bearer(&app.api, &session.access_token);
    let short = change(&owner, PASSWORD, "short").await;
    assert_eq!(short.refusal(), refused(422, "PasswordMustHaveGoodLength"));
    let weak = change(&owner, PASSWORD, "password1").await;
    assert_eq!(weak.refusal(), refused(422, "password-too-weak"));
    assert_eq!(change(&app.user(100), PASSWORD, NEW).await.refusal(), refused(403, "session-required"));
    assert_eq!(log_in(&app.api, "ada", PASSWORD).await.status, 201);
}
