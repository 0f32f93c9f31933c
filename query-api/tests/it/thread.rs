use serde_json::Value;

use crate::support::people::reply;
use crate::support::rows::{Row, at, execute, fold, row};
use crate::support::{ADMIN, App, Caller, READER};

const DELETE: &str = "
    delete from social_v1.message where id = 256;
    insert into social_v1.tombstone (id, author, deleted_by, deleted_at) values (256, 1, 1, now())";
const AUTHOR: Caller = Caller { account: 1, roles: "user" };

fn ids(list: &Value) -> Vec<i64> {
    let id = |message: &Value| message["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    list.as_array().expect("a list").iter().map(id).collect()
}

/// A message that the one before it answers, `length` times.
async fn chain(app: &App, length: i64) {
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z")]).await;
    for sequence in 2..=length {
        // Times say nothing about who answers whom.
        let created_at = at("2026-01-01T00:00:00Z") + time::Duration::hours((sequence * 7) % 11);
        let next = Row { id: sequence << 8, author: 1, tags: vec![], created_at };
        reply(&app.writer, (sequence - 1) << 8, next).await;
    }
}

#[tokio::test]
async fn a_thread_leads_from_the_first_message_over_the_asked_one_to_its_replies() {
    let app = App::start().await;
    chain(&app, 5).await;
    reply(&app.writer, 3 << 8, row(6 << 8, 2, &[], "2026-02-01T00:00:00Z")).await;
    // An import: recorded last, posted first.
    reply(&app.writer, 3 << 8, row(7 << 8, 2, &[], "2020-02-01T00:00:00Z")).await;
    let answer = app.get("/v1/messages/768/thread").await;
    let thread = answer.ok();
    assert_eq!(ids(&thread["ancestors"]), [256, 512]);
    assert_eq!(thread["message"]["id"], "768");
    assert_eq!(ids(&thread["replies"]), [6 << 8, 4 << 8, 7 << 8]);
    assert_eq!((&thread["message"]["inReplyTo"], &thread["message"]["replies"]), (&"512".into(), &3.into()));
    assert_eq!((answer.next(), answer.header("data-position")), (None, "1792"));
    let tag = answer.header("etag").to_owned();
    let again = app.get_with("/v1/messages/768/thread", &[("If-None-Match", &tag)]).await;
    assert_eq!(again.status.as_u16(), 304);
    let alone = app.get("/v1/messages/1792/thread").await.ok();
    assert_eq!((ids(&alone["ancestors"]), ids(&alone["replies"])), (vec![256, 512, 768], vec![]));
}

#[tokio::test]
async fn ancestors_are_the_nearest_fifty() {
    let app = App::start().await;
    chain(&app, 60).await;
    let thread = app.get(&format!("/v1/messages/{}/thread", 60 << 8)).await.ok();
    let expected: Vec<i64> = (10..60).map(|sequence| sequence << 8).collect();
    assert_eq!(ids(&thread["ancestors"]), expected);
    let just_all = app.get(&format!("/v1/messages/{}/thread", 51 << 8)).await.ok();
    assert_eq!(ids(&just_all["ancestors"]).len(), 50);
    assert_eq!(just_all["ancestors"][0]["inReplyTo"], Value::Null);
}

#[tokio::test]
async fn more_replies_are_in_the_list_of_replies() {
    let app = App::start().await;
    chain(&app, 1).await;
    for sequence in 2..=8 {
        // Two in each second.
        let created_at = at("2026-01-01T00:00:00Z") + time::Duration::seconds(sequence / 2);
        let next = Row { id: sequence << 8, author: 1, tags: vec![], created_at };
        reply(&app.writer, 256, next).await;
    }
    let answer = app.get("/v1/messages/256/thread?limit=3").await;
    let mut seen = ids(&answer.ok()["replies"]);
    let mut next = answer.next();
    assert!(next.as_deref().is_some_and(|next| next.starts_with("/v1/messages/256/replies?limit=3&cursor=")));
    while let Some(address) = next {
        let page = app.get(&address).await;
        seen.extend(page.ids());
        next = page.next();
    }
    let all: Vec<i64> = (2..=8).rev().map(|sequence: i64| sequence << 8).collect();
    assert_eq!(seen, all);
    assert_eq!(app.get("/v1/messages/256/replies").await.ids(), all);
}

#[tokio::test]
async fn what_surrounds_a_deleted_message_goes_with_it() {
    let app = App::start().await;
    chain(&app, 3).await;
    execute(&app.writer, DELETE).await;
    for what in ["thread", "replies", "likes", "reposts"] {
        let path = format!("/v1/messages/256/{what}");
        app.get(&path).await.is_problem(404, "not-found");
        app.get_as(AUTHOR, &path).await.is_problem(410, "gone");
        let answer = app.get_as(ADMIN, &path).await;
        answer.is_problem(410, "gone");
        assert_eq!(answer.header("data-position"), "768");
        app.get_as(READER, &format!("/v1/messages/2560/{what}")).await.is_problem(404, "not-found");
    }
    // A reply outlives what it answered; its thread begins after the gap.
    let thread = app.get("/v1/messages/768/thread").await.ok();
    assert_eq!(ids(&thread["ancestors"]), [512]);
    assert_eq!(thread["ancestors"][0]["inReplyTo"], "256");
}
