use http::Method;
use serde_json::Value;

use crate::support::people::{like, reply};
use crate::support::rows::{Row, at, execute, fold, row};
use crate::support::{ADMIN, App, READER};

const REPLIES: &str = "/v1/accounts/1/replies";

fn ids(list: &Value) -> Vec<i64> {
    let id = |message: &Value| message["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    list.as_array().expect("a list").iter().map(id).collect()
}

/// Two messages, and as many replies to the first one as asked for; they begin at position 768 and are account 1's, but
/// for the last one.
async fn app(replies: i64) -> App {
    let app = App::start().await;
    let posted = [row(256, 1, &[], "2026-01-01T00:00:00Z"), row(512, 2, &[], "2026-01-01T00:00:00Z")];
    fold(&app.writer, &posted).await;
    for number in 0..=replies {
        let author = if number == replies { 2 } else { 1 };
        let created_at = at("2026-01-02T00:00:00Z") + time::Duration::minutes(number);
        let next = Row { id: 768 + (number << 8), author, tags: vec![], created_at };
        reply(&app.writer, 256, next).await;
    }
    app
}

#[tokio::test]
async fn only_what_the_account_replied_is_listed_newest_first() {
    let app = app(3).await;
    // An import: recorded last, posted first. It stands where it was recorded.
    reply(&app.writer, 512, row(2048, 1, &[], "2020-01-01T00:00:00Z")).await;
    like(&app.writer, READER.account, 1024, 9).await;
    let answer = app.get(REPLIES).await;
    let list = answer.ok();
    assert_eq!(ids(&list), [2048, 1280, 1024, 768]);
    assert_eq!((&list[0]["inReplyTo"], &list[0]["author"]["id"]), (&"512".into(), &"1".into()));
    assert_eq!(
        (&list[1]["liked"], &list[2]["liked"], &list[2]["likes"]),
        (&false.into(), &true.into(), &1.into())
    );
    assert_eq!((answer.next(), answer.header("data-position")), (None, "2048"));
    assert_eq!(app.get("/v1/accounts/2/replies").await.ok()[0]["inReplyTo"], "256");
    let tag = answer.header("etag").to_owned();
    assert_eq!(app.get_with(REPLIES, &[("If-None-Match", &tag)]).await.status.as_u16(), 304);
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repeat() {
    let app = app(5).await;
    let mut found = Vec::new();
    let mut next = Some(format!("{REPLIES}?limit=2"));
    while let Some(address) = next {
        let answer = app.get(&address).await;
        found.extend(ids(&answer.ok()));
        next = answer.next();
    }
    assert_eq!(found, [1792, 1536, 1280, 1024, 768]);
    let next = app.get(&format!("{REPLIES}?limit=2")).await.next().expect("there are more");
    app.send(Method::GET, &next, Some(ADMIN), &[]).await.is_problem(400, "invalid-cursor");
}

#[tokio::test]
async fn a_deleted_reply_is_gone_and_one_to_a_deleted_message_stays() {
    let app = app(2).await;
    execute(&app.writer, "delete from social_v1.message where id in (256, 768)").await;
    assert_eq!(ids(&app.get(REPLIES).await.ok()), [1024]);
}

#[tokio::test]
async fn an_account_that_is_unknown_has_none() {
    let app = app(1).await;
    for path in ["/v1/accounts/9/replies", "/v1/accounts/9/messages"] {
        assert_eq!(app.get(path).await.ok(), Value::Array(Vec::new()), "{path}");
    }
}

#[tokio::test]
async fn a_page_waits_for_the_data_that_it_goes_on_from() {
    let app = app(2).await;
    let next = app.get(&format!("{REPLIES}?limit=1")).await.next().expect("there is one more");
    execute(&app.writer, "update control.checkpoint set position = 256 where projection = 'social'").await;
    let answer = app.get_with(&next, &[("Prefer", "wait=0")]).await;
    answer.is_problem(503, "not-caught-up");
    app.get_with(REPLIES, &[("Await-Position", "1024"), ("Prefer", "wait=0")])
        .await
        .is_problem(503, "not-caught-up");
}
