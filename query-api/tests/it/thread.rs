use serde_json::{Value, json};

use crate::support::people::reply;
use crate::support::rows::{Row, at, fold, row};
use crate::support::{ADMIN, App, Caller, READER};

const AUTHOR: Caller = Caller { account: 1, roles: "user" };

fn ids(list: &Value) -> Vec<i64> {
    let id = |message: &Value| message["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    list.as_array().expect("a list").iter().map(id).collect()
}

/// As the reducers do it, with the distance that they find.
async fn delete(app: &App, id: i64, nearest_living: Option<i16>) {
    let sql = "with deleted as (delete from social_v1.message where id = $1 returning *)
        insert into social_v1.tombstone
        select id, author, author, now(), created_at, in_reply_to, $2, id + 1, tags, false from deleted";
    let delete = sqlx::query(sql).bind(id).bind(nearest_living).execute(&app.writer);
    assert_eq!(delete.await.expect("it can be deleted").rows_affected(), 1);
    let untagged = sqlx::query("delete from social_v1.message_tag where id = $1").bind(id);
    untagged.execute(&app.writer).await.expect("its tags can be deleted");
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
async fn a_deleted_message_without_anything_living_below_it_is_in_no_thread() {
    let app = App::start().await;
    chain(&app, 3).await;
    for id in [512, 768] {
        delete(&app, id, None).await;
    }
    for id in [512, 768] {
        for what in ["thread", "replies", "likes", "reposts"] {
            let path = format!("/v1/messages/{id}/{what}");
            app.get(&path).await.is_problem(404, "not-found");
            app.get_as(AUTHOR, &path).await.is_problem(410, "gone");
            let answer = app.get_as(ADMIN, &path).await;
            answer.is_problem(410, "gone");
            assert_eq!(answer.header("data-position"), "768");
            app.get_as(READER, &format!("/v1/messages/2560/{what}")).await.is_problem(404, "not-found");
        }
    }
    assert!(app.get("/v1/messages/256/replies").await.ids().is_empty());
    assert_eq!(app.get("/v1/messages/256/thread").await.ok()["replies"], json!([]));
}

#[tokio::test]
async fn a_deleted_message_that_something_living_hangs_on_keeps_its_place() {
    let app = App::start().await;
    chain(&app, 4).await;
    delete(&app, 768, Some(1)).await;
    delete(&app, 512, Some(2)).await;
    let place = |id: i64, created_at: &str, answered: i64| {
        let (id, answered) = (id.to_string(), answered.to_string());
        json!({"id": id, "deleted": true, "createdAt": created_at, "inReplyTo": answered})
    };
    let (second, third) =
        (place(512, "2026-01-01T03:00:00.000000Z", 256), place(768, "2026-01-01T10:00:00.000000Z", 512));
    let end = app.get("/v1/messages/1024/thread").await.ok();
    assert_eq!(ids(&end["ancestors"]), [256, 512, 768]);
    assert_eq!((&end["ancestors"][1], &end["ancestors"][2]), (&second, &third));
    let begin = app.get("/v1/messages/256/thread").await.ok();
    assert_eq!((&begin["replies"], &begin["ancestors"]), (&json!([second]), &json!([])));
    assert_eq!(app.get("/v1/messages/256/replies").await.ok(), json!([second]));
    // Its author learns nothing more here than others.
    for caller in [READER, AUTHOR, ADMIN] {
        let thread = app.get_as(caller, "/v1/messages/512/thread").await.ok();
        assert_eq!((&thread["message"], &thread["replies"]), (&second, &json!([third])));
        assert_eq!(ids(&thread["ancestors"]), [256]);
        assert_eq!(app.get_as(caller, "/v1/messages/768/replies").await.ids(), [1024]);
    }
    app.get("/v1/messages/512").await.is_problem(404, "not-found");
    app.get_as(AUTHOR, "/v1/messages/512").await.is_problem(410, "gone");
    app.get_as(AUTHOR, "/v1/messages/512/likes").await.is_problem(410, "gone");
    assert_eq!(app.get("/v1/messages").await.ids(), [1024, 256]);
}

#[tokio::test]
async fn pages_of_replies_have_no_gap_and_no_repeat_where_messages_are_deleted() {
    let app = App::start().await;
    chain(&app, 1).await;
    for sequence in 2..=9 {
        // Two in each second, so that places and messages share times.
        let created_at = at("2026-01-01T00:00:00Z") + time::Duration::seconds(sequence / 2);
        let next = Row { id: sequence << 8, author: 1, tags: vec![], created_at };
        reply(&app.writer, 256, next).await;
    }
    for (sequence, nearest) in [(3, Some(1)), (4, Some(2)), (5, None), (8, Some(50))] {
        delete(&app, sequence << 8, nearest).await;
    }
    let all: Vec<i64> = [9, 8, 7, 6, 4, 3, 2].map(|sequence: i64| sequence << 8).into();
    for limit in 1..=7 {
        let mut seen = Vec::new();
        let mut next = Some(format!("/v1/messages/256/replies?limit={limit}"));
        while let Some(address) = next {
            let page = app.get(&address).await;
            let ids = page.ids();
            assert!(ids.len() == limit || page.next().is_none(), "{ids:?}");
            seen.extend(ids);
            next = page.next();
        }
        assert_eq!(seen, all, "{limit} per page");
    }
    // Deleted between two pages, a message only changes its looks.
    let first = app.get("/v1/messages/256/replies?limit=3").await;
    delete(&app, 6 << 8, Some(1)).await;
    delete(&app, 7 << 8, Some(1)).await;
    let second = app.get(&first.next().expect("there is more")).await;
    assert_eq!([first.ids(), second.ids()].concat(), all[..6]);
}
