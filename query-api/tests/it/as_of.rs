//! `asOf`: lists, single messages and counts of the past. That what they say is right is shown beside the folds; here is
//! how they are asked for, and how they are refused.

use std::time::Duration;

use serde_json::json;
use testkit::eventually;

use crate::support::people::{account, like};
use crate::support::rows::{execute, fold, row};
use crate::support::{ADMIN, ANALYST, App, Caller};

const AUTHOR: Caller = Caller { account: 1, roles: "user" };

/// Five messages and a like, the last event; the third message is imported. Message 2 was edited by event 4, and message 1
/// deleted by event 6.
async fn app() -> App {
    let app = App::start().await;
    let rows = [
        row(1 << 8, 1, &["birds"], "2026-02-01T00:01:00Z"),
        row(2 << 8, 2, &["birds"], "2026-02-01T00:02:00Z"),
        row(3 << 8, 1, &[], "2025-06-01T12:00:00Z"),
        row(5 << 8, 1, &["birds"], "2026-02-01T00:05:00Z"),
        row(7 << 8, 1, &["birds"], "2026-02-01T00:07:00Z"),
    ];
    fold(&app.writer, &rows).await;
    account(&app.writer, 1, "heron").await;
    like(&app.writer, 7, 2 << 8, 7).await;
    execute(&app.writer, include_str!("support/remember.sql")).await;
    execute(&app.writer, HAPPENED).await;
    app
}

const HAPPENED: &str = "
    insert into social_v1.message_edition values (512, 1, 'as it was', '{birds}', '2026-02-01T00:02:00Z');
    update social_v1.message set edition = 2, text = 'as it is', tags = '{night}', edited_at = '2026-02-01T00:04:00Z'
        where id = 512;
    delete from social_v1.message_tag where id = 512 and tag = 'birds';
    insert into social_v1.message_tag values ('night', '2026-02-01T00:02:00Z', 512, 2);
    insert into history_v1.edition values (512, 2, 1024, '2026-02-01T00:04:00Z', '{night}');
    update history_v1.tagged set to_position = 1024 where message = 512 and tag = 'birds';
    insert into history_v1.tagged values ('night', '2026-02-01T00:02:00Z', 512, 1024, 2);
    delete from social_v1.message where id = 256;
    delete from social_v1.message_tag where id = 256;
    insert into social_v1.tombstone (id, author, deleted_by, deleted_at, created_at, position, is_deactivation)
        values (256, 1, 1, now(), '2026-02-01T00:01:00Z', 1536, false);
    update history_v1.message set to_position = 1536, to_at = now(), deleted_by = 1, cause = 'author' where id = 256;
    update history_v1.tagged set to_position = 1536 where message = 256;
    insert into history_v1.event_time select 0, s, timestamptz '2026-02-01Z' + s * interval '1 minute'
        from unnest('{4,6}'::bigint[]) s;
    update control.worker_heartbeat set complete_until = complete_until + interval '3 seconds'";

#[tokio::test]
async fn a_list_is_what_it_was_and_says_which_position_that_is() {
    let app = app().await;
    for (query, ids, position) in [
        ("asOf=256", vec![1], 256),
        ("asOf=512", vec![2, 1], 512),
        ("asOf=768", vec![2, 1, 3], 768),
        ("asOf=1280", vec![5, 2, 1, 3], 1280),
        ("asOf=1536", vec![5, 2, 3], 1536),
        ("asOf=1792", vec![7, 5, 2, 3], 1792),
        ("asOf=768&tag=birds", vec![2, 1], 768),
        ("asOf=1280&tag=birds", vec![5, 1], 1280),
        ("asOf=1280&tag=night", vec![2], 1280),
        ("asOf=768&tagAny=birds&tagAny=night", vec![2, 1], 768),
        ("asOf=1280&tagAny=birds&tagAny=night", vec![5, 2, 1], 1280),
        ("asOf=1536&tagAny=birds&tagAny=night", vec![5, 2], 1536),
        ("asOf=768&tagNone=birds", vec![3], 768),
        ("asOf=1280&tagNone=birds", vec![2, 3], 1280),
        ("asOf=1280&tagAll=birds&tagNone=night", vec![5, 1], 1280),
        ("asOf=1280&tagAll=birds&tagAll=night", vec![], 1280),
        ("asOf=1280&dateEnd=2025-12-31", vec![3], 1280),
        // By the clock of the log: the imported message is there from when it was recorded.
        ("asOf=2026-02-01T00:02:59.999999Z", vec![2, 1], 512),
        ("asOf=2026-02-01T01:03:00%2B01:00", vec![2, 1, 3], 768),
        ("asOf=2026-02-01T00:07:00Z", vec![7, 5, 2, 3], 1792),
    ] {
        let answer = app.get(&format!("/v1/messages?{query}")).await;
        let expected: Vec<i64> = ids.iter().map(|sequence: &i64| sequence << 8).collect();
        assert_eq!(answer.ids(), expected, "{query}");
        assert_eq!(answer.header("data-position"), position.to_string(), "{query}");
        let counted = app.get_as(ANALYST, &format!("/v1/messages?count=1&{query}")).await;
        assert_eq!(
            (counted.ok(), counted.header("data-position")),
            (json!(ids.len()), &*position.to_string())
        );
    }
    // Whose the first one was, which was deleted since, nobody else is told.
    let of_author = app.get("/v1/messages?asOf=1280&author=1").await;
    assert_eq!(of_author.ids(), [5 << 8, 3 << 8]);
    let counted = app.get_as(ANALYST, "/v1/messages?count=1&asOf=1280&author=1").await;
    assert_eq!(counted.ok(), json!(3));
    let counts = app.get_as(ANALYST, "/v1/messages/counts?bucket=day&asOf=768&dateStart=2026-01-31").await;
    let expected = json!([
        {"start": "2026-01-31T00:00:00Z", "count": 0},
        {"start": "2026-02-01T00:00:00Z", "count": 2},
    ]);
    assert_eq!((counts.ok(), counts.header("data-position")), (expected, "768"));
    let both = app.get("/v1/messages?asOf=1280&author=1&tagNone=birds").await;
    assert_eq!(both.ids(), [3 << 8]);
    let counts = "/v1/messages/counts?bucket=day&tagAny=birds&tagAny=night&asOf=1280";
    let counts = app.get_as(ANALYST, counts).await;
    assert_eq!(counts.ok(), json!([{"start": "2026-02-01T00:00:00Z", "count": 3}]));
    let counts = app.get_as(ANALYST, "/v1/messages/counts?bucket=year&tag=birds&asOf=1536").await;
    assert_eq!(counts.ok(), json!([{"start": "2026-01-01T00:00:00Z", "count": 1}]));
    app.get("/v1/messages?count=1&asOf=768").await.is_problem(403, "role-required");
}

#[tokio::test]
async fn edits_are_undone_and_of_the_deleted_only_the_place_is_shown() {
    let app = app().await;
    let list = app.get("/v1/messages?asOf=768&tag=birds").await.ok();
    let place =
        json!({"id": "256", "deleted": true, "createdAt": "2026-02-01T00:01:00.000000Z", "inReplyTo": null});
    let before = json!({
        "id": "512", "text": "as it was", "tag": "birds", "tags": ["birds"],
        "author": {"id": "2", "handle": null, "displayName": null},
        "createdAt": "2026-02-01T00:02:00.000000Z", "editedAt": null, "inReplyTo": null, "edition": 1,
        "likes": 0, "reposts": 0, "replies": 0, "liked": false, "reposted": false, "bookmarked": false,
    });
    assert_eq!(list, json!([before, place]));
    for (path, expected) in [("512?asOf=768", &before), ("256?asOf=768", &place), ("256?asOf=1280", &place)] {
        assert_eq!(app.get(&format!("/v1/messages/{path}")).await.ok(), *expected, "{path}");
    }
    let now = app.get("/v1/messages/512?asOf=1792").await;
    assert_eq!(now.ok(), app.get("/v1/messages/512").await.ok());
    assert_eq!((&now.ok()["likes"], &now.ok()["liked"]), (&json!(1), &json!(true)));
    // It had been deleted by then.
    let gone = "/v1/messages/256?asOf=1536";
    app.get(gone).await.is_problem(404, "not-found");
    app.get_as(AUTHOR, gone).await.is_problem(410, "gone");
    let answer = app.get_as(ADMIN, gone).await;
    answer.is_problem(410, "gone");
    assert_eq!(answer.header("data-position"), "1536");
    // It was not there yet.
    app.get("/v1/messages/1280?asOf=768").await.is_problem(404, "not-found");
}

#[tokio::test]
async fn pages_stay_at_their_moment() {
    let app = app().await;
    for as_of in ["1280", "2026-02-01T00%3A05%3A30Z"] {
        let (mut ids, mut next) = (Vec::new(), Some(format!("/v1/messages?asOf={as_of}&limit=1")));
        while let Some(address) = next {
            assert!(address.contains(&format!("asOf={as_of}")), "{address}");
            let page = app.get(&address).await;
            assert_eq!(page.header("data-position"), "1280");
            ids.extend(page.ids());
            next = page.next();
        }
        assert_eq!(ids, [5 << 8, 2 << 8, 1 << 8, 3 << 8]);
    }
    let next = app.get("/v1/messages?asOf=1280&limit=1").await.next().expect("there are more");
    app.get(&next.replace("asOf=1280", "asOf=1536")).await.is_problem(400, "invalid-cursor");
    app.get(&next.replace("asOf=1280&", "")).await.is_problem(400, "invalid-cursor");
    let live = app.get("/v1/messages?limit=1").await.next().expect("there are more");
    app.get(&format!("{live}&asOf=1792")).await.is_problem(400, "invalid-cursor");
}

#[tokio::test]
async fn a_moment_that_is_none_of_this_past_is_refused() {
    let app = app().await;
    let paths = [
        "/v1/messages?",
        "/v1/messages?count=1&",
        "/v1/messages/512?",
        "/v1/messages/counts?bucket=day&",
        "/v1/tags?",
        "/v1/messages?tagAny=a&tagAny=b&",
    ];
    let long_ago = "2026-01-31T23:59:59Z";
    for path in paths {
        for (as_of, status, code) in [
            ("", 400, "invalid-parameter"),
            ("0", 400, "invalid-parameter"),
            ("-256", 400, "invalid-parameter"),
            ("2026-02-01", 400, "invalid-parameter"),
            ("yesterday", 400, "invalid-parameter"),
            ("257", 409, "other-log"),
            ("1", 409, "other-log"),
            (long_ago, 400, "as-of-too-early"),
            ("9999-01-01T00:00:00Z", 400, "as-of-too-late"),
            ("2048", 400, "as-of-too-late"),
            ("9223372036854775552", 400, "as-of-too-late"),
        ] {
            let address = format!("{path}asOf={as_of}");
            let headers = [("Prefer", "wait=0")];
            let answer = app.send(http::Method::GET, &address, Some(ANALYST), &headers).await;
            answer.is_problem(status, code);
            assert_eq!(answer.json()["errors"][0]["field"], "asOf", "{address}");
        }
    }
    // Nobody knows whether there is more by now.
    execute(&app.writer, "update control.worker_heartbeat set seen_at = now() - interval '1 minute'").await;
    let answer = app.get_with("/v1/messages?asOf=2048", &[("Prefer", "wait=0")]).await;
    answer.is_problem(503, "not-caught-up");
    let answer = app.get_with("/v1/messages?asOf=2026-02-01T00:07:01Z", &[("Prefer", "wait=0")]).await;
    answer.is_problem(503, "not-caught-up");
}

#[tokio::test]
async fn a_moment_that_is_still_being_folded_is_waited_for() {
    let app = app().await;
    let headers = [("Prefer", "wait=30")];
    for (as_of, sql) in [
        ("2048", "update control.checkpoint set position = 2048"),
        (
            "2026-02-01T00:09:00Z",
            "update control.worker_heartbeat set complete_until = timestamptz '2026-02-01T00:09:03Z'",
        ),
    ] {
        let path = format!("/v1/messages?asOf={as_of}");
        let folding = async {
            eventually("somebody asks", Duration::from_secs(10), || async {
                let asked = sqlx::query_scalar(include_str!("as_of/asked.sql")).fetch_one(&app.writer).await;
                let asked: i64 = asked.expect("activity can be read");
                if asked > 0 { Ok(()) } else { Err("nobody asks".to_owned()) }
            })
            .await;
            execute(&app.writer, sql).await;
        };
        let (answer, ()) = tokio::join!(app.get_with(&path, &headers), folding);
        assert_eq!((answer.ids().len(), answer.header("data-position")), (4, "2048"), "{as_of}");
    }
}

#[tokio::test]
async fn the_busiest_tags_are_those_of_then() {
    let app = app().await;
    for (query, tags, start) in [
        ("asOf=768", json!([["birds", 2, 0]]), "2026-01-31T00:03:00.000000Z"),
        ("asOf=1280", json!([["birds", 2, 0], ["night", 1, 0]]), "2026-01-31T00:05:00.000000Z"),
        ("asOf=1536&limit=1", json!([["birds", 1, 0]]), "2026-01-31T00:06:00.000000Z"),
        // The window ends at the time that was asked for.
        ("asOf=2026-02-01T01:04:30Z&window=1h", json!([["birds", 2, 0]]), "2026-02-01T00:04:00.000000Z"),
        ("asOf=768&dateStart=2026-02-02", json!([]), "2026-02-02T00:00:00.000000Z"),
        (
            "asOf=1280&dateStart=2026-02-01T00:02:00Z&dateEnd=2026-02-01T00:03:00Z",
            json!([["night", 1, 0]]),
            "2026-02-01T00:02:00.000000Z",
        ),
    ] {
        execute(&app.writer, "update control.worker_heartbeat set complete_until = now()").await;
        let answer = app.get(&format!("/v1/tags?{query}")).await;
        let body = answer.ok();
        let found: Vec<_> = body["tags"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|tag| json!([tag["tag"], tag["messages"], tag["before"]]))
            .collect();
        assert_eq!((json!(found), &body["start"]), (tags, &json!(start)), "{query}");
        let position = query.split_once('&').map_or(query, |(as_of, _)| as_of).trim_start_matches("asOf=");
        let position = if position.contains('-') { "1792" } else { position };
        assert_eq!(answer.header("data-position"), position, "{query}");
    }
    // A tag is text, too.
    execute(&app.writer, "insert into social_v1.blocked values (1, 7, 2048, now())").await;
    let body = app.get("/v1/tags?asOf=1280").await.ok();
    assert_eq!(body["tags"].as_array().map(Vec::len), Some(1), "{body}");
    // Nothing up to there was an event that this version knows.
    execute(&app.writer, "delete from history_v1.event_time").await;
    assert_eq!(app.get("/v1/tags?asOf=512").await.ok()["tags"], json!([]));
}

/// 10,100 messages that were imported since into the time before, and 10,100 that an author deleted since.
#[tokio::test]
async fn what_came_and_went_since_ends_a_page_at_its_bound_and_is_not_counted_without_end() {
    let limits = http_kit::Limits { access_log: false, enforced: false, ..http_kit::Limits::default() };
    let app = App::start_with(limits).await;
    fold(&app.writer, &[row(256, 1, &["birds", "owls"], "2025-01-01T00:00:00Z")]).await;
    execute(&app.writer, include_str!("support/remember.sql")).await;
    execute(
        &app.writer,
        "insert into history_v1.message (id, author, tags, created_at, recorded_at, to_position, to_at, deleted_by, cause)
         select i * 256, 1, '{birds,owls}', timestamptz '2025-06-01Z' + i * interval '1 second', now(),
            25000 * 256, now(), 1, 'author'
         from generate_series(2::bigint, 20201) i;
         insert into history_v1.tagged (tag, created_at, message, from_position, author, to_position)
         select t, created_at, id, id, author, to_position from history_v1.message, unnest(array_append(tags, '')) t
         where id > 256;
         insert into history_v1.tagged (tag, created_at, message, from_position, author)
         select 'moths', timestamptz '2024-01-01Z' + i * interval '1 second', i * 256, i * 256, 1
         from generate_series(1::bigint, 100001) i;
         insert into history_v1.event_time values (0, 24999, now(), '2026-01-01Z'), (0, 25000, now(), null);
         update control.checkpoint set position = 25000 * 256",
    )
    .await;
    for (query, pages_expected) in [
        ("", 3),
        ("tag=birds", 3),
        ("author=1", 3),
        ("author=1&tag=birds", 3),
        ("tagAll=birds&tagAll=owls", 3),
    ] {
        let (mut pages, mut next) = (Vec::new(), Some(format!("/v1/messages?asOf=6400000&{query}")));
        while let Some(address) = next {
            let page = app.get(&address).await;
            pages.push(page.ids());
            next = page.next();
        }
        assert_eq!((pages.concat(), pages.len()), (vec![256], pages_expected), "{query}");
        let count = app.get_as(ANALYST, &format!("/v1/messages?count=1&asOf=6400000&{query}")).await;
        assert_eq!(count.ok(), json!(1), "{query}");
    }
    let moths = "asOf=6400000&tagAny=moths&tagAny=bats";
    app.get_as(ANALYST, &format!("/v1/messages?count=1&{moths}")).await.is_problem(400, "range-too-large");
    let counts = format!("/v1/messages/counts?bucket=day&{moths}");
    app.get_as(ANALYST, &counts).await.is_problem(400, "range-too-large");
    let counts = app.get_as(ANALYST, "/v1/messages?count=1&asOf=6400000&tag=moths").await;
    assert_eq!(counts.ok(), json!(24_999 + 1), "an index alone tells it");
    execute(&app.writer, "update history_v1.tagged set tag = '' where tag = 'moths'").await;
    let top = app.get("/v1/tags?asOf=6400000&dateStart=2024-01-01&dateEnd=2024-01-31").await;
    top.is_problem(400, "range-too-large");
}
