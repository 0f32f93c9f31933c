use http::Method;

use crate::support::people::bookmark;
use crate::support::rows::{execute, fold, row};
use crate::support::{ADMIN, App, READER};

const BOOKMARKS: &str = "/v1/bookmarks";

/// Four messages, of which the reader bookmarked three, the newest first and the oldest last.
async fn app() -> App {
    let app = App::start().await;
    let posted = [256, 512, 768, 1024].map(|id| row(id, 1, &[], "2026-01-01T00:00:00Z"));
    fold(&app.writer, &posted).await;
    for (message, sequence) in [(1024, 5), (512, 6), (256, 7)] {
        bookmark(&app.writer, READER.account, message, sequence).await;
    }
    bookmark(&app.writer, ADMIN.account, 768, 8).await;
    app
}

#[tokio::test]
async fn the_newest_bookmark_comes_first_whenever_the_message_was_posted() {
    let app = app().await;
    let answer = app.get(BOOKMARKS).await;
    assert_eq!(answer.ids(), [256, 512, 1024]);
    assert!(answer.ok().as_array().expect("a list").iter().all(|message| message["bookmarked"] == true));
    assert_eq!((answer.next(), answer.header("data-position")), (None, "1024"));
    let tag = answer.header("etag").to_owned();
    assert_eq!(app.get_with(BOOKMARKS, &[("If-None-Match", &tag)]).await.status.as_u16(), 304);
}

#[tokio::test]
async fn nobody_sees_the_bookmarks_of_another() {
    let app = app().await;
    assert_eq!(app.get_as(ADMIN, BOOKMARKS).await.ids(), [768]);
    let shown = app.get_as(ADMIN, "/v1/messages/256").await.ok();
    assert_eq!(shown["bookmarked"], false);
    let words = shown.to_string().matches("bookmark").count();
    assert_eq!(words, 1, "nothing tells how often it was bookmarked: {shown}");
    // A cursor is its caller's own.
    let next = app.get(&format!("{BOOKMARKS}?limit=1")).await.next().expect("there is more");
    app.get_as(ADMIN, &next).await.is_problem(400, "invalid-cursor");
    app.send(Method::GET, BOOKMARKS, None, &[]).await.is_problem(403, "identity-required");
}

#[tokio::test]
async fn a_message_that_is_gone_is_in_no_list() {
    let app = app().await;
    execute(&app.writer, "delete from social_v1.message where id = 512").await;
    assert_eq!(app.get(BOOKMARKS).await.ids(), [256, 1024]);
}
