//! Counts against what a person with the list of all messages and a calendar would count.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::support::rows::{Row, at, fold, row};
use crate::support::{ANALYST, App};

const TAGS: [&str; 3] = ["birds", "owls", "night-birds"];
const ZONES: [&str; 8] = [
    "UTC",
    "Europe/Berlin",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/St_Johns",
    "Africa/Casablanca",
];

/// Times that lie close together and far apart, on the edges of minutes, hours and days and beside them.
fn random_time(random: &mut StdRng) -> OffsetDateTime {
    let span: i64 = [120, 7_200, 86_400 * 3, 86_400 * 800][random.random_range(0..4)];
    let seconds = random.random_range(0..span);
    let granularity = [1, 60, 3_600, 86_400][random.random_range(0..4)];
    let beside = [0, 0, -1, 1, 500_000][random.random_range(0..5)];
    at("2010-12-30T21:00:00Z")
        + time::Duration::seconds(seconds / granularity * granularity)
        + time::Duration::microseconds(beside)
}

fn random_rows(random: &mut StdRng, count: i64) -> Vec<Row> {
    let tags = |random: &mut StdRng| TAGS.into_iter().filter(|_| random.random_bool(0.4)).collect();
    let one = |sequence: i64, random: &mut StdRng| Row {
        id: sequence << 8,
        author: random.random_range(1..4),
        tags: tags(random),
        created_at: random_time(random),
    };
    (1..=count).map(|sequence| one(sequence, random)).collect()
}

struct Filter {
    tag: Option<&'static str>,
    author: Option<i64>,
    start: Option<OffsetDateTime>,
    end: Option<OffsetDateTime>,
}

impl Filter {
    fn random(random: &mut StdRng) -> Self {
        let (one, other) = (random_time(random), random_time(random));
        let (start, end) = (one.min(other), one.max(other) + time::Duration::microseconds(1));
        Self {
            tag: random.random_bool(0.6).then(|| TAGS[random.random_range(0..3)]),
            author: random.random_bool(0.5).then(|| random.random_range(1..5)),
            start: random.random_bool(0.8).then_some(start),
            end: random.random_bool(0.8).then_some(end),
        }
    }

    fn matches(&self, row: &Row) -> bool {
        self.tag.is_none_or(|tag| row.tags.contains(&tag))
            && self.author.is_none_or(|author| row.author == author)
            && self.start.is_none_or(|start| row.created_at >= start)
            && self.end.is_none_or(|end| row.created_at < end)
    }

    fn query(&self) -> String {
        let time = |name: &str, time: Option<OffsetDateTime>| {
            time.map(|time| format!("&{name}={}", time.format(&Rfc3339).expect("it has a form")))
                .unwrap_or_default()
        };
        let tag = self.tag.map(|tag| format!("&tag={tag}")).unwrap_or_default();
        let author = self.author.map(|author| format!("&author={author}")).unwrap_or_default();
        format!("{tag}{author}{}{}", time("dateStart", self.start), time("dateEnd", self.end))
    }
}

#[tokio::test]
async fn a_count_is_exact_for_any_range() {
    let app = App::start().await;
    let mut random = StdRng::seed_from_u64(1);
    let rows = random_rows(&mut random, 600);
    fold(&app.writer, &rows).await;
    for _ in 0..400 {
        let filter = Filter::random(&mut random);
        let expected = rows.iter().filter(|row| filter.matches(row)).count();
        let answer = app.get_as(ANALYST, &format!("/v1/messages?count=1{}", filter.query())).await;
        assert_eq!(answer.ok(), Value::from(expected), "{}", filter.query());
        assert_eq!(answer.header("data-position"), (600 << 8).to_string());
    }
}

#[tokio::test]
async fn a_count_is_a_bare_number() {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &["birds"], "2026-01-01T00:00:00Z")]).await;
    for (query, count) in
        [("", "1"), ("&tag=Birds", "1"), ("&tag=unknown", "0"), ("&tag=*", "0"), ("&limit=7", "1")]
    {
        let answer = app.get_as(ANALYST, &format!("/v1/messages?count=1{query}")).await;
        assert_eq!(String::from_utf8_lossy(&answer.body), count, "{query}");
        assert_eq!(answer.header("content-type"), "application/json");
    }
}

#[tokio::test]
async fn buckets_are_the_calendars_in_any_zone() {
    let app = App::start().await;
    let mut random = StdRng::seed_from_u64(2);
    fold(&app.writer, &random_rows(&mut random, 500)).await;
    for zone in ZONES {
        for bucket in ["day", "month", "year"] {
            for tag in [None, Some("birds")] {
                // Postgres names the local date of every message, which is another way to the same buckets.
                let expected: Vec<(String, i64)> = sqlx::query_as(include_str!("counts/by_local_date.sql"))
                    .bind(bucket)
                    .bind(zone)
                    .bind(tag)
                    .fetch_all(&app.writer)
                    .await
                    .expect("the messages can be counted");
                let tag = tag.map(|tag| format!("&tag={tag}")).unwrap_or_default();
                let path = format!("/v1/messages/counts?bucket={bucket}&tz={zone}{tag}");
                let counted: Vec<(String, i64)> = buckets(&app.get_as(ANALYST, &path).await.ok())
                    .into_iter()
                    .map(|(start, count)| (start[..10].to_owned(), count))
                    .filter(|(_, count)| *count > 0)
                    .collect();
                assert_eq!(counted, expected, "{path}");
            }
        }
    }
}

fn buckets(body: &Value) -> Vec<(String, i64)> {
    let bucket = |bucket: &Value| {
        let start = bucket["start"].as_str().expect("a start").to_owned();
        (start, bucket["count"].as_i64().expect("a count"))
    };
    body.as_array().expect("a list").iter().map(bucket).collect()
}

#[tokio::test]
async fn buckets_divide_the_range_and_sum_up_to_it() {
    let app = App::start().await;
    let mut random = StdRng::seed_from_u64(3);
    let rows = random_rows(&mut random, 500);
    fold(&app.writer, &rows).await;
    let mut answered = 0;
    while answered < 60 {
        let filter = Filter { author: None, ..Filter::random(&mut random) };
        let zone = ZONES[random.random_range(0..ZONES.len())];
        let bucket = ["minute", "hour", "day", "month", "year"][random.random_range(0..5)];
        let path = format!("/v1/messages/counts?bucket={bucket}&tz={zone}{}", filter.query());
        let answer = app.get_as(ANALYST, &path).await;
        if answer.status == 400 {
            answer.is_problem(400, "range-too-large");
            continue;
        }
        answered += 1;
        let buckets: Vec<(OffsetDateTime, i64)> =
            buckets(&answer.ok()).into_iter().map(|(start, count)| (at(&start), count)).collect();
        assert!(buckets.windows(2).all(|pair| pair[0].0 < pair[1].0), "{path}");
        if let (Some(start), Some(first)) = (filter.start, buckets.first()) {
            assert!(first.0 <= start, "{path}");
        }
        let ends = buckets.iter().skip(1).map(|bucket| Some(bucket.0)).chain([None]);
        for ((start, count), end) in buckets.iter().zip(ends) {
            let inside = |row: &&Row| row.created_at >= *start && end.is_none_or(|end| row.created_at < end);
            let expected = rows.iter().filter(|row| filter.matches(row)).filter(inside).count();
            assert_eq!(i64::try_from(expected).expect("few"), *count, "{path} at {start}");
        }
        let total = rows.iter().filter(|row| filter.matches(row)).count();
        assert_eq!(
            buckets.iter().map(|bucket| bucket.1).sum::<i64>(),
            i64::try_from(total).expect("few"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn empty_buckets_are_shown_and_the_range_clips_the_outer_ones() {
    let app = App::start().await;
    let rows = [
        row(256, 1, &["birds"], "2026-03-29T00:10:00Z"),
        row(512, 1, &["birds"], "2026-03-29T00:50:00Z"),
        row(768, 1, &[], "2026-03-29T02:10:00Z"),
    ];
    fold(&app.writer, &rows).await;
    let range = "dateStart=2026-03-29T00:30:00Z&dateEnd=2026-03-29T02:30:00Z";
    let answer =
        app.get_as(ANALYST, &format!("/v1/messages/counts?bucket=hour&tz=Europe/Berlin&{range}")).await;
    let expected = serde_json::json!([
        {"start": "2026-03-29T01:00:00+01:00", "count": 1},
        {"start": "2026-03-29T03:00:00+02:00", "count": 0},
        {"start": "2026-03-29T04:00:00+02:00", "count": 1},
    ]);
    assert_eq!(answer.ok(), expected);
    assert_eq!(answer.header("data-position"), "768");
    // Open sides end with the tag's own messages.
    let open = app.get_as(ANALYST, "/v1/messages/counts?bucket=hour&tag=birds").await.ok();
    assert_eq!(open, serde_json::json!([{"start": "2026-03-29T00:00:00Z", "count": 2}]));
    let none = app.get_as(ANALYST, "/v1/messages/counts?bucket=hour&tag=unknown").await;
    assert_eq!((none.ok(), none.header("data-position")), (serde_json::json!([]), "768"));
    let bounded = "/v1/messages/counts?bucket=day&tag=unknown&dateStart=2026-01-01&dateEnd=2026-01-02";
    assert_eq!(app.get_as(ANALYST, bounded).await.ok().as_array().map(Vec::len), Some(2));
}
