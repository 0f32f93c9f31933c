//! What is shown of the people around a message or an account, in every list that shows it.

use serde_json::{Value, json};

use crate::support::people::{account, bookmark, follow, like, reply, repost};
use crate::support::rows::{execute, fold, row};
use crate::support::{ADMIN, ANALYST, App, Caller, READER};

const MESSAGES: [&str; 6] = [
    "/v1/messages",
    "/v1/messages?tag=birds",
    "/v1/messages?author=1",
    "/v1/messages?author=1&tag=birds",
    "/v1/accounts/1/likes",
    "/v1/messages/256/thread",
];

/// The message 256 in an answer.
fn found(body: &Value) -> Value {
    let message = body.get("message").cloned();
    let listed = || body.as_array().expect("a list").iter().find(|message| message["id"] == "256").cloned();
    message.or_else(listed).expect("it is there")
}

async fn some_people() -> App {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &["birds"], "2026-01-01T00:00:00Z")]).await;
    account(&app.writer, 1, "heron").await;
    account(&app.writer, 2, "egret").await;
    like(&app.writer, 1, 256, 2).await;
    like(&app.writer, READER.account, 256, 3).await;
    repost(&app.writer, ANALYST.account, 256, 4).await;
    bookmark(&app.writer, ADMIN.account, 256, 4).await;
    reply(&app.writer, 256, row(5 << 8, 2, &[], "2026-01-02T00:00:00Z")).await;
    app
}

#[tokio::test]
async fn a_message_shows_its_author_its_numbers_and_what_the_caller_made_of_it() {
    let app = some_people().await;
    for path in MESSAGES.iter().chain(&["/v1/messages/256"]) {
        let shown = |caller: Caller| {
            let app = &app;
            async move {
                let body = app.get_as(caller, path).await.ok();
                if body.get("text").is_some() { body } else { found(&body) }
            }
        };
        let for_reader = shown(READER).await;
        let author = json!({"id": "1", "handle": "heron", "displayName": "HERON"});
        assert_eq!(for_reader["author"], author, "{path}");
        let numbers = [&for_reader["likes"], &for_reader["reposts"], &for_reader["replies"]];
        assert_eq!(numbers, [&json!(2), &json!(1), &json!(1)], "{path}");
        for (caller, of_caller) in [
            (READER, json!([true, false, false])),
            (ANALYST, json!([false, true, false])),
            (ADMIN, json!([false, false, true])),
        ] {
            let shown = shown(caller).await;
            assert_eq!(json!([shown["liked"], shown["reposted"], shown["bookmarked"]]), of_caller, "{path}");
        }
    }
}

#[tokio::test]
async fn an_author_without_an_account_has_no_names() {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 77, &[], "2026-01-01T00:00:00Z")]).await;
    let message = found(&app.get("/v1/messages").await.ok());
    assert_eq!(message["author"], json!({"id": "77", "handle": null, "displayName": null}));
}

#[tokio::test]
async fn a_message_that_was_only_liked_is_sent_again_and_may_still_be_edited() {
    let app = some_people().await;
    let before = app.get("/v1/messages/256").await.header("etag").to_owned();
    like(&app.writer, 3, 256, 6).await;
    let after = app.get_with("/v1/messages/256", &[("If-None-Match", &before)]).await;
    assert_eq!(after.ok()["likes"], 3);
    let edition = |tag: &str| tag.split('-').next().map(str::to_owned);
    assert_ne!(after.header("etag"), before);
    assert_eq!(edition(after.header("etag")), edition(&before));
    // Another caller's answer is not this one's.
    let tag = after.header("etag").to_owned();
    let other =
        app.send(http::Method::GET, "/v1/messages/256", Some(ADMIN), &[("If-None-Match", &tag)]).await;
    assert_eq!(other.ok()["liked"], false);
    let list = app.get("/v1/messages").await.header("etag").to_owned();
    execute(&app.writer, "update social_v1.account set handle = 'purple_heron' where id = 1").await;
    let renamed = app.get_with("/v1/messages", &[("If-None-Match", &list)]).await;
    assert_eq!(found(&renamed.ok())["author"]["handle"], "purple_heron");
}

#[tokio::test]
async fn accounts_are_listed_newest_first_with_whom_the_caller_follows() {
    let app = some_people().await;
    follow(&app.writer, 2, 1, 6).await;
    follow(&app.writer, 77, 1, 7).await;
    follow(&app.writer, READER.account, 2, 8).await;
    follow(&app.writer, 1, 2, 9).await;
    let entry = |id: &str, handle: Option<&str>, followed: bool| {
        let name = handle.map(str::to_uppercase);
        json!({"id": id, "handle": handle, "displayName": name, "followed": followed})
    };
    let egret = entry("2", Some("egret"), true);
    for (path, expected) in [
        ("/v1/accounts/1/followers", json!([entry("77", None, false), egret])),
        ("/v1/accounts/1/following", json!([egret])),
        ("/v1/accounts/2/followers", json!([entry("1", Some("heron"), false), entry("7", None, false)])),
        ("/v1/messages/256/likes", json!([entry("7", None, false), entry("1", Some("heron"), false)])),
        ("/v1/messages/256/reposts", json!([entry("8", None, false)])),
        ("/v1/messages/1280/likes", json!([])),
        ("/v1/accounts/2/likes", json!([])),
    ] {
        let answer = app.get(path).await;
        assert_eq!(answer.ok(), expected, "{path}");
        assert_eq!((answer.header("data-position"), answer.next()), ("1280", None), "{path}");
        let tag = answer.header("etag").to_owned();
        let again = app.get_with(path, &[("If-None-Match", &tag)]).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{path}");
    }
}

#[tokio::test]
async fn likes_of_an_account_are_ordered_by_the_like() {
    let app = some_people().await;
    let older = row(9 << 8, 3, &[], "2020-01-01T00:00:00Z");
    fold(&app.writer, &[older]).await;
    like(&app.writer, 1, 9 << 8, 10).await;
    assert_eq!(app.get("/v1/accounts/1/likes").await.ids(), [9 << 8, 256]);
}
