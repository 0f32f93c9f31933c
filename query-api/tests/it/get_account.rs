use serde_json::json;

use crate::support::people::{account, follow};
use crate::support::rows::{execute, fold, row};
use crate::support::{ANALYST, App, READER};

/// What the rows and bodies of accounts must never hold, in any spelling.
const SECRETS: [&str; 5] = ["mail", "password", "secret", "token", "phc"];

#[tokio::test]
async fn an_account_looks_as_documented() {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z")]).await;
    account(&app.writer, 1, "heron").await;
    account(&app.writer, READER.account, "reader").await;
    follow(&app.writer, READER.account, 1, 2).await;
    follow(&app.writer, 3, 1, 3).await;
    execute(&app.writer, "update social_v1.account_stat set messages = 1 where account = 1").await;
    let expected = json!({
        "id": "1", "handle": "heron", "displayName": "HERON", "bio": "about heron",
        "registeredAt": "2026-01-01T00:00:00.000000Z", "followers": 2, "following": 0, "messages": 1, "followed": true,
        "blocked": false, "muted": false,
    });
    for path in ["/v1/accounts/1", "/v1/accounts/by-handle/heron", "/v1/accounts/by-handle/HeRoN"] {
        let answer = app.get(path).await;
        assert_eq!(answer.ok(), expected, "{path}");
        assert_eq!(answer.header("data-position"), "256");
        let tag = answer.header("etag").to_owned();
        assert_eq!(app.get_with(path, &[("If-None-Match", &tag)]).await.status.as_u16(), 304);
        // Somebody else follows others, so the answer is another one.
        let other = app.send(http::Method::GET, path, Some(ANALYST), &[("If-None-Match", &tag)]).await;
        assert_eq!(other.ok()["followed"], false);
        let text = String::from_utf8(answer.body).expect("JSON is text").to_lowercase();
        assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "{text}");
    }
    let own = app.get("/v1/accounts/me").await.ok();
    assert_eq!(own["handle"], "reader");
    assert_eq!(
        (&own["following"], &own["followers"], &own["followed"]),
        (&json!(1), &json!(0), &json!(false))
    );
}

#[tokio::test]
async fn who_never_registered_or_left_is_not_found() {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z")]).await;
    follow(&app.writer, 2, 1, 2).await;
    execute(
        &app.writer,
        "insert into social_v1.former_account (id, handle, deactivated_at) values (4, 'gone', now())",
    )
    .await;
    for path in [
        "/v1/accounts/1",
        "/v1/accounts/4",
        "/v1/accounts/256",
        "/v1/accounts/9223372036854775807",
        "/v1/accounts/me",
        "/v1/accounts/by-handle/gone",
        "/v1/accounts/by-handle/nobody",
        "/v1/accounts/by-handle/me",
        "/v1/accounts/1/followers",
        "/v1/accounts/2/following",
        "/v1/accounts/4/likes",
    ] {
        let answer = app.get(path).await;
        answer.is_problem(404, "not-found");
        assert_eq!(answer.header("data-position"), "256", "{path}");
    }
}

#[tokio::test]
async fn a_handle_that_changed_hands_leads_to_its_new_owner() {
    let app = App::start().await;
    account(&app.writer, 1, "heron").await;
    account(&app.writer, 2, "egret").await;
    execute(
        &app.writer,
        "update social_v1.account set handle = case id when 1 then 'egret' else 'heron' end",
    )
    .await;
    assert_eq!(app.get("/v1/accounts/by-handle/heron").await.ok()["id"], "2");
    assert_eq!(app.get("/v1/accounts/by-handle/egret").await.ok()["id"], "1");
}
