use serde_json::json;

use crate::support::people::{account, follow, notify};
use crate::support::rows::{execute, fold, row};
use crate::support::{ADMIN, App, READER};

#[tokio::test]
async fn notifications_are_the_callers_own_and_look_as_documented() {
    let app = App::start().await;
    fold(&app.writer, &[row(256, READER.account, &[], "2026-01-01T00:00:00Z")]).await;
    account(&app.writer, 1, "heron").await;
    follow(&app.writer, READER.account, 1, 2).await;
    notify(&app.writer, READER.account, 3, "followed", 1, None).await;
    notify(&app.writer, READER.account, 4, "liked", 77, Some(256)).await;
    notify(&app.writer, READER.account, 5, "reposted", 1, Some(256)).await;
    notify(&app.writer, READER.account, 6, "replied", 1, Some(6 << 8)).await;
    notify(&app.writer, ADMIN.account, 7, "followed", 1, None).await;
    execute(&app.writer, "insert into social_v1.read_marker (account, until) values (7, 1024)").await;
    let heron = json!({"id": "1", "handle": "heron", "displayName": "HERON", "followed": true});
    let stranger = json!({"id": "77", "handle": null, "displayName": null, "followed": false});
    let item =
        |position: &str, kind: &str, account: &serde_json::Value, message: Option<&str>, read: bool| {
            json!({
                "position": position, "kind": kind, "account": account, "message": message,
                "createdAt": "2026-01-01T00:00:00.000000Z", "read": read,
            })
        };
    let answer = app.get("/v1/notifications").await;
    let expected = json!({
        "items": [
            item("1536", "replied", &heron, Some("1536"), false),
            item("1280", "reposted", &heron, Some("256"), false),
            item("1024", "liked", &stranger, Some("256"), true),
            item("768", "followed", &heron, None, true),
        ],
        "unread": 2,
    });
    assert_eq!(answer.ok(), expected);
    assert_eq!((answer.header("data-position"), answer.next()), ("256", None));
    let tag = answer.header("etag").to_owned();
    let again = app.get_with("/v1/notifications", &[("If-None-Match", &tag)]).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    // Reading changes the answer although no notification came.
    execute(&app.writer, "update social_v1.read_marker set until = 1536 where account = 7").await;
    let read = app.get_with("/v1/notifications", &[("If-None-Match", &tag)]).await.ok();
    assert_eq!((&read["unread"], &read["items"][0]["read"]), (&json!(0), &json!(true)));
    let others = app.get_as(ADMIN, "/v1/notifications").await.ok();
    assert_eq!((&others["items"][0]["position"], &others["unread"]), (&json!("1792"), &json!(1)));
}

#[tokio::test]
async fn without_notifications_nothing_is_unread() {
    let app = App::start().await;
    assert_eq!(app.get("/v1/notifications").await.ok(), json!({"items": [], "unread": 0}));
}

#[tokio::test]
async fn unread_is_about_all_notifications_and_counted_up_to_a_thousand() {
    let app = App::start().await;
    // Of somebody whom the reader follows everything is told.
    follow(&app.writer, READER.account, 1, 2000).await;
    execute(
        &app.writer,
        "insert into social_v1.notification (recipient, position, kind, actor, notified_at)
         select 7, i * 256, 'followed', 1, now() from generate_series(1, 1500) i",
    )
    .await;
    assert_eq!(app.get("/v1/notifications?limit=1").await.ok()["unread"], 1000);
    execute(&app.writer, "insert into social_v1.read_marker (account, until) values (7, 1000 * 256)").await;
    assert_eq!(app.get("/v1/notifications?limit=1").await.ok()["unread"], 500);
    // Also on pages of what was read long ago.
    let last = app.get("/v1/notifications?limit=1").await.next().expect("there is more");
    assert_eq!(app.get(&last).await.ok()["unread"], 500);
}

/// 200 replies of one stranger were 200 notifications.
#[tokio::test]
async fn of_what_a_stranger_does_only_the_newest_of_each_kind_are_shown() {
    let app = App::start().await;
    execute(
        &app.writer,
        "insert into social_v1.notification (recipient, position, kind, actor, notified_at)
         select 7, i * 256, case i % 2 when 0 then 'followed' else 'replied' end::control.notice, 1, now()
         from generate_series(1, 200) i",
    )
    .await;
    notify(&app.writer, READER.account, 1000, "followed", 2, None).await;
    let newest = app.get("/v1/notifications?limit=100").await;
    let shown = newest.ok();
    let positions: Vec<i64> = shown["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| item["position"].as_str().expect("text").parse::<i64>().expect("a number") >> 8)
        .collect();
    assert_eq!(positions, [1000, 200, 199, 198, 197, 196, 195, 194, 193, 192, 191]);
    assert_eq!(shown["unread"], 11);
    // What is not shown is no end.
    let rest = app.get(&newest.next().expect("there is more")).await;
    assert_eq!(rest.ok()["items"], json!([]));
    // It is a rule of the moment: whom one follows is no stranger, from the first deed on.
    follow(&app.writer, READER.account, 1, 2000).await;
    let all = app.get("/v1/notifications?limit=100").await.ok();
    assert_eq!((all["items"].as_array().map(Vec::len), &all["unread"]), (Some(100), &json!(201)));
}

#[tokio::test]
async fn a_cursor_of_one_inbox_does_not_fit_another() {
    let app = App::start().await;
    for sequence in 1..=2 {
        notify(&app.writer, READER.account, sequence, "followed", 1, None).await;
    }
    let next = app.get("/v1/notifications?limit=1").await.next().expect("there is more");
    app.get(&next).await.ok();
    app.get_as(ADMIN, &next).await.is_problem(400, "invalid-cursor");
}
