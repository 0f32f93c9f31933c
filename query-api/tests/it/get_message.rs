use http::Method;

use crate::support::rows::{execute, fold, row};
use crate::support::{ADMIN, App, Caller, READER};

const DELETE: &str = "
    delete from social_v1.message where id = 256;
    insert into social_v1.tombstone (id, author, deleted_by, deleted_at, position, is_deactivation)
        values (256, 1, 1, now(), 512, false)";
const AUTHOR: Caller = Caller { account: 1, roles: "user" };

#[tokio::test]
async fn a_message_carries_its_edition_in_its_tag() {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &["birds"], "2026-01-01T00:00:00Z")]).await;
    let answer = app.get("/v1/messages/256").await;
    assert_eq!(answer.ok()["text"], "message 256");
    assert_eq!(answer.header("data-position"), "256");
    let tag = answer.header("etag").to_owned();
    assert!(tag.starts_with("\"1-"), "{tag}");
    let same = app.get_with("/v1/messages/256", &[("If-None-Match", &tag)]).await;
    assert_eq!((same.status.as_u16(), same.body.len(), same.header("data-position")), (304, 0, "256"));
    let head = app.send(Method::HEAD, "/v1/messages/256", Some(READER), &[]).await;
    assert_eq!((head.status.as_u16(), head.body.len(), head.header("etag")), (200, 0, tag.as_str()));
    // The edition alone, as a command answers it, is no promise about the rest of what is shown.
    app.get_with("/v1/messages/256", &[("If-None-Match", "\"1\"")]).await.ok();
    execute(&app.writer, "update social_v1.message set edition = 2, edited_at = now() where id = 256").await;
    let edited = app.get_with("/v1/messages/256", &[("If-None-Match", &tag)]).await;
    assert_eq!(edited.ok()["edition"].as_i64(), Some(2));
    assert!(edited.header("etag").starts_with("\"2-"));
    assert!(edited.ok()["editedAt"].as_str().is_some_and(|at| at.ends_with('Z')));
}

#[tokio::test]
async fn a_deleted_message_is_gone_for_its_author_and_admins_and_not_found_for_others() {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z")]).await;
    execute(&app.writer, DELETE).await;
    for path in ["/v1/messages/256", "/v1/messages/256/history"] {
        app.get(path).await.is_problem(404, "not-found");
        app.get_as(AUTHOR, path).await.is_problem(410, "gone");
        let answer = app.get_as(ADMIN, path).await;
        answer.is_problem(410, "gone");
        assert_eq!(answer.header("data-position"), "256");
    }
}

#[tokio::test]
async fn what_was_never_posted_is_not_found() {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z")]).await;
    // An account's id is well-formed too; there is just no message under it.
    for id in ["1", "512", "123456789012345", "9223372036854775807"] {
        app.get(&format!("/v1/messages/{id}")).await.is_problem(404, "not-found");
        app.get(&format!("/v1/messages/{id}/history")).await.is_problem(404, "not-found");
    }
}
