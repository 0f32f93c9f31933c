//! Whatever a caller sends, it is told what is wrong, and it is never our failure.

use crate::support::rows::{fold, row};
use crate::support::{ANALYST, App};

const LIST: &[(&str, &str)] = &[
    ("limit=0", "limit"),
    ("limit=-1", "limit"),
    ("limit=101", "limit"),
    ("limit=abc", "limit"),
    ("limit=", "limit"),
    ("limit=1.5", "limit"),
    ("limit=99999999999999999999", "limit"),
    ("limit=5&limit=5", "limit"),
    ("tag=a&tag=b", "tag"),
    ("tag=%00", "tag"),
    ("tag=%ff", "tag"),
    ("tag=%", "tag"),
    ("author=-1", "author"),
    ("author=0", "author"),
    ("author=007", "author"),
    ("author=somebody", "author"),
    ("author=9223372036854775808", "author"),
    ("dateStart=2026-13-01", "dateStart"),
    ("dateStart=2026-02-29", "dateStart"),
    ("dateStart=0000-01-01", "dateStart"),
    ("dateStart=0000-01-01T00:00:00Z", "dateStart"),
    ("dateEnd=2026-01-01T00:00:00", "dateEnd"),
    ("dateEnd=yesterday", "dateEnd"),
    ("dateEnd=", "dateEnd"),
    ("dateStart=2026-01-02&dateEnd=2026-01-01", "dateStart"),
    ("dateStart=2026-01-01T00:00:00Z&dateEnd=2026-01-01T00:00:00Z", "dateStart"),
    ("tz=Mars/Olympus", "tz"),
    ("tz=", "tz"),
    ("tz=%2B02:00", "tz"),
    ("count=2", "count"),
    ("count=yes", "count"),
    ("sort=asc", "sort"),
    ("datestart=2026-01-01", "datestart"),
];

const COUNTS: &[(&str, &str)] = &[
    ("", "bucket"),
    ("bucket=week", "bucket"),
    ("bucket=", "bucket"),
    ("bucket=day&bucket=day", "bucket"),
    ("bucket=day&tz=Nowhere", "tz"),
    ("bucket=day&dateStart=2026-13-01", "dateStart"),
    ("bucket=day&dateStart=2026-01-02&dateEnd=2026-01-01", "dateStart"),
    ("bucket=day&limit=5", "limit"),
];

#[tokio::test]
async fn a_bad_parameter_is_named() {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &["birds"], "2026-01-01T00:00:00Z")]).await;
    let list = LIST.iter().map(|(query, at_fault)| (format!("/v1/messages?{query}"), at_fault));
    let count = LIST.iter().map(|(query, at_fault)| (format!("/v1/messages?count=1&{query}"), at_fault));
    let count = count.filter(|(query, _)| !query.contains("&count="));
    let counts = COUNTS.iter().map(|(query, at_fault)| (format!("/v1/messages/counts?{query}"), at_fault));
    for (path, at_fault) in list.chain(count).chain(counts) {
        let answer = app.get_as(ANALYST, &path).await;
        assert_eq!(answer.status.as_u16(), 400, "{path}: {}", String::from_utf8_lossy(&answer.body));
        answer.is_problem(400, "invalid-parameter");
        assert_eq!(answer.json()["errors"][0]["field"], **at_fault, "{path}");
    }
}

#[tokio::test]
async fn a_cursor_that_we_did_not_make_is_refused() {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z"), row(512, 1, &[], "2026-01-01T00:00:00Z")])
        .await;
    let next = app.get("/v1/messages?limit=1").await.next().expect("there is one more");
    let cursor = next.split_once("cursor=").expect("it has a cursor").1;
    for at in 0..cursor.len() {
        let mut flipped = cursor.as_bytes().to_vec();
        flipped[at] = if flipped[at] == b'A' { b'B' } else { b'A' };
        let flipped = String::from_utf8(flipped).expect("it is ASCII");
        app.get(&format!("/v1/messages?limit=1&cursor={flipped}")).await.is_problem(400, "invalid-cursor");
    }
    for bad in ["", "x", "%20", "%C3%A9", &cursor[1..], &format!("{cursor}A"), &format!("{cursor}%3D")] {
        app.get(&format!("/v1/messages?cursor={bad}")).await.is_problem(400, "invalid-cursor");
    }
    app.get(&format!("/v1/messages?cursor={cursor}&author=1")).await.is_problem(400, "invalid-cursor");
}

#[tokio::test]
async fn an_id_that_is_none_is_refused() {
    let app = App::start().await;
    for id in ["0", "-1", "+1", "0256", "256.0", "abc", "9223372036854775808", "%00", "%ff", "2%2056", "1e3"]
    {
        for path in [format!("/v1/messages/{id}"), format!("/v1/messages/{id}/history")] {
            app.get(&path).await.is_problem(400, "invalid-parameter");
        }
    }
    app.get("/v1/messages/256?edition=1").await.is_problem(400, "invalid-parameter");
}

#[tokio::test]
async fn more_buckets_than_an_answer_holds_are_refused() {
    let app = App::start().await;
    let rows =
        [row(256, 1, &["birds"], "2016-01-01T00:00:00Z"), row(512, 1, &["birds"], "2026-01-01T00:00:00Z")];
    fold(&app.writer, &rows).await;
    for query in [
        "bucket=minute&dateStart=2016-01-01&dateEnd=2025-12-31",
        "bucket=minute",
        "bucket=hour&tag=birds&tz=Asia/Kathmandu",
        "bucket=day&dateStart=0001-01-01&dateEnd=9999-12-31",
    ] {
        let answer = app.get_as(ANALYST, &format!("/v1/messages/counts?{query}")).await;
        answer.is_problem(400, "range-too-large");
    }
}

#[tokio::test]
async fn a_bad_position_is_refused() {
    let app = App::start().await;
    for position in ["0", "-1", "abc", "1.5", "9223372036854775808", ""] {
        app.get_with("/v1/messages", &[("Await-Position", position)]).await.is_problem(400, "invalid-header");
    }
}
