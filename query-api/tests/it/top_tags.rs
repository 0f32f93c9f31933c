use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::support::people::{account, block, follow};
use crate::support::rows::{Row, at, execute, fold, row};
use crate::support::{ADMIN, App, READER};

fn shown(body: &Value) -> Vec<(String, i64, i64)> {
    let tag = |tag: &Value| {
        let (messages, before) =
            (tag["messages"].as_i64().expect("a number"), tag["before"].as_i64().expect("a number"));
        assert_eq!(tag["change"], messages - before);
        (tag["tag"].as_str().expect("a tag").to_owned(), messages, before)
    };
    body["tags"].as_array().expect("a list").iter().map(tag).collect()
}

#[tokio::test]
async fn a_window_is_compared_with_the_one_before() {
    let app = App::start().await;
    let now = OffsetDateTime::now_utc();
    let hours_ago = |hours: i64| now - time::Duration::hours(hours) - time::Duration::minutes(5);
    let rows =
        [(1, "birds"), (2, "birds"), (23, "owls"), (25, "owls"), (30, "owls"), (47, "moths"), (100, "birds")];
    let rows = rows.into_iter().enumerate().map(|(number, (hours, tag))| Row {
        id: (i64::try_from(number).expect("few") + 1) << 8,
        author: 1,
        tags: vec![tag],
        created_at: hours_ago(hours),
    });
    fold(&app.writer, &rows.collect::<Vec<_>>()).await;
    let of = |tag: &str, messages, before| (tag.to_owned(), messages, before);
    for (query, expected) in [
        ("", vec![of("birds", 2, 0), of("owls", 1, 2)]),
        ("?window=24h&limit=1", vec![of("birds", 2, 0)]),
        ("?window=3h", vec![of("birds", 2, 0)]),
        ("?window=2d", vec![of("owls", 3, 0), of("birds", 2, 0), of("moths", 1, 0)]),
        ("?window=7d", vec![of("birds", 3, 0), of("owls", 3, 0), of("moths", 1, 0)]),
        ("?window=366d", vec![of("birds", 3, 0), of("owls", 3, 0), of("moths", 1, 0)]),
    ] {
        let answer = app.get(&format!("/v1/tags{query}")).await;
        let body = answer.ok();
        assert_eq!(shown(&body), expected, "{query}");
        assert_eq!(body["end"], Value::Null);
        assert_eq!(answer.header("data-position"), "1792");
    }
}

#[tokio::test]
async fn a_window_may_be_days_of_a_zone() {
    let app = App::start().await;
    let rows = [
        // Half past five later than UTC: 1 January, 18:30 UTC, is the 2nd.
        row(256, 1, &["birds"], "2026-01-01T18:29:59.999999Z"),
        row(512, 1, &["birds"], "2026-01-01T18:30:00Z"),
        row(768, 1, &["birds", "owls"], "2026-01-02T18:29:59.999999Z"),
        row(1024, 1, &["owls"], "2026-01-02T18:30:00Z"),
    ];
    fold(&app.writer, &rows).await;
    let body = app.get("/v1/tags?dateStart=2026-01-02&dateEnd=2026-01-02&tz=Asia/Kolkata").await.ok();
    let expected = json!({
        "beforeStart": "2025-12-31T18:30:00.000000Z",
        "start": "2026-01-01T18:30:00.000000Z",
        "end": "2026-01-02T18:30:00.000000Z",
        "tags": [
            {"tag": "birds", "messages": 2, "before": 1, "change": 1},
            {"tag": "owls", "messages": 1, "before": 0, "change": 1},
        ],
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn bad_windows_are_refused() {
    let app = App::start().await;
    for (query, field) in [
        ("window=", "window"),
        ("window=24", "window"),
        ("window=0h", "window"),
        ("window=367d", "window"),
        ("window=1w", "window"),
        ("window=24h&dateStart=2026-01-01", "window"),
        ("dateEnd=2026-01-01", "dateStart"),
        ("dateStart=2026-01-02&dateEnd=2026-01-01", "dateStart"),
        ("tz=Mars", "tz"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("cursor=x", "cursor"),
    ] {
        let answer = app.get(&format!("/v1/tags?{query}")).await;
        answer.is_problem(400, "invalid-parameter");
        assert_eq!(answer.json()["errors"][0]["field"], field, "{query}");
    }
    app.get("/v1/tags?dateStart=2020-01-01&dateEnd=2025-01-01").await.is_problem(400, "range-too-large");
    app.get("/v1/tags?dateStart=2020-01-01").await.is_problem(400, "range-too-large");
    assert!(shown(&app.get("/v1/tags").await.ok()).is_empty());
}

/// Whatever is folded and whatever is counted from rows.
#[tokio::test]
async fn tags_are_counted_as_by_hand() {
    let app = App::start().await;
    let mut random = StdRng::seed_from_u64(7);
    let names: Vec<&'static str> = (0..40).map(|number| &*format!("tag-{number:02}").leak()).collect();
    let mut name = || {
        // Some far more often than others.
        let most = random.random_range(0..40);
        names[random.random_range(0..=most)]
    };
    let named: Vec<&'static str> = (1..=3_000).map(|_| name()).collect();
    let rows: Vec<Row> = (1_i64..)
        .zip(named)
        .map(|(sequence, tag)| Row {
            id: sequence << 8,
            author: random.random_range(1..4),
            tags: vec![tag],
            created_at: at("2026-01-10T00:00:00Z")
                + time::Duration::seconds(random.random_range(0..40 * 86_400)),
        })
        .collect();
    fold(&app.writer, &rows).await;
    for _ in 0..30 {
        let start = at("2026-01-05T00:00:00Z") + time::Duration::seconds(random.random_range(0..40 * 86_400));
        let length = time::Duration::seconds(
            [90, 7_000, 86_400, 864_000][random.random_range(0..4)] + random.random_range(0..90),
        );
        let (end, before) = (start + length, start - length);
        let mut counts: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        for Row { tags, created_at, .. } in &rows {
            let count = counts.entry(tags[0]).or_default();
            count.0 += i64::from(*created_at >= start && *created_at < end);
            count.1 += i64::from(*created_at >= before && *created_at < start);
        }
        let mut expected: Vec<(String, i64, i64)> =
            counts.into_iter().map(|(tag, (now, before))| (tag.to_owned(), now, before)).collect();
        expected.retain(|(_, messages, _)| *messages > 0);
        expected.sort_by_key(|(tag, messages, _)| (-messages, tag.clone()));
        expected.truncate(10);
        let time = |time: OffsetDateTime| {
            time.format(&time::format_description::well_known::Rfc3339).expect("a form")
        };
        let path = format!("/v1/tags?limit=10&dateStart={}&dateEnd={}", time(start), time(end));
        assert_eq!(shown(&app.get(&path).await.ok()), expected, "{path}");
    }
}

/// 2,500 tags were used more often in that month than the only one of its last day.
#[tokio::test]
async fn what_is_new_today_is_found_among_what_was_busy_before() {
    let app = App::start().await;
    execute(
        &app.writer,
        "insert into social_v1.message_tag (tag, created_at, id, author)
         select 'old-' || n, timestamptz '2026-01-10Z' + i * interval '1 minute', (n * 10 + i) * 256, 1
         from generate_series(1::bigint, 2500) n, generate_series(1::bigint, 3) i
         union all
         select 'new', timestamptz '2026-01-31Z' + i * interval '1 minute', (100000 + i) * 256, 1 from generate_series(1::bigint, 2) i;
         insert into social_v1.message_count (author, tag, granularity, starts_at, messages)
         select 0, tag, 'month', '2026-01-01Z', count(*) from social_v1.message_tag group by tag",
    )
    .await;
    let body = app.get("/v1/tags?dateStart=2026-01-31&dateEnd=2026-01-31&limit=5").await.ok();
    assert_eq!(shown(&body), [("new".to_owned(), 2, 0)]);
}

#[tokio::test]
async fn a_tag_is_text_of_those_who_wrote_it() {
    let app = App::start().await;
    for (id, handle) in [(1, "heron"), (2, "wren"), (3, "owl"), (READER.account, "reader")] {
        account(&app.writer, id, handle).await;
    }
    let rows = [
        row(256, 1, &["by-blocked"], "2026-01-01T00:00:00Z"),
        row(512, 2, &["by-suspended", "by-both"], "2026-01-01T00:00:00Z"),
        row(768, 3, &["by-silenced", "by-both"], "2026-01-01T00:00:00Z"),
        row(1024, READER.account, &["own", "by-both"], "2026-01-01T00:00:00Z"),
    ];
    fold(&app.writer, &rows).await;
    block(&app.writer, 1, READER.account, 9).await;
    execute(&app.writer, "update social_v1.account set restriction = 'suspended' where id = 2").await;
    execute(&app.writer, "update social_v1.account set restriction = 'silenced' where id in (3, 7)").await;
    let path = "/v1/tags?dateStart=2026-01-01&dateEnd=2026-01-01";
    let names = |body: Value| shown(&body).into_iter().map(|(tag, ..)| tag).collect::<Vec<_>>();
    let seen = app.get(path).await.ok();
    assert_eq!(shown(&seen)[0], ("by-both".to_owned(), 3, 0), "counts keep them all");
    assert_eq!(names(seen), ["by-both", "own"]);
    follow(&app.writer, READER.account, 3, 10).await;
    assert_eq!(names(app.get(path).await.ok()), ["by-both", "by-silenced", "own"]);
    assert_eq!(names(app.get_as(ADMIN, path).await.ok()), ["by-blocked"]);
    // What is hidden takes no place of what is not.
    assert_eq!(names(app.get(&format!("{path}&limit=2")).await.ok()), ["by-both", "by-silenced"]);
}
