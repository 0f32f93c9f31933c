//! Several tags of which different things are asked, against a model that looks at every message.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::support::people::{account, block};
use crate::support::rows::{Row, at, execute, fold, row};
use crate::support::{ANALYST, App, READER};

/// One that nobody uses, and one with a comma, are among them.
const TAGS: [&str; 5] = ["birds", "owls", "night-birds", "dusk,dawn", "never"];

fn random_rows(random: &mut StdRng, count: i64) -> Vec<Row> {
    let one = |sequence: i64, random: &mut StdRng| Row {
        id: sequence << 8,
        author: random.random_range(1..4),
        tags: TAGS[..4].iter().copied().filter(|_| random.random_bool(0.4)).collect(),
        // Many at the same moment, so that pages end among equals.
        created_at: at("2026-01-01T00:00:00Z") + time::Duration::hours(random.random_range(0..60)),
    };
    (1..=count).map(|sequence| one(sequence, random)).collect()
}

#[derive(Debug, Default)]
struct Filter {
    tag: Option<&'static str>,
    any: Vec<&'static str>,
    all: Vec<&'static str>,
    none: Vec<&'static str>,
    author: Option<i64>,
    start: Option<OffsetDateTime>,
    end: Option<OffsetDateTime>,
}

impl Filter {
    fn random(random: &mut StdRng) -> Self {
        let mut some = |share: f64| -> Vec<&'static str> {
            TAGS.into_iter().filter(|_| random.random_bool(share)).collect()
        };
        let (any, all, none) = (some(0.3), some(0.2), some(0.2));
        let hour = |hour: i64| at("2026-01-01T00:00:00Z") + time::Duration::hours(hour);
        let start = random.random_range(0..50);
        Self {
            tag: random.random_bool(0.3).then(|| TAGS[random.random_range(0..5)]),
            any,
            all,
            none,
            author: random.random_bool(0.3).then(|| random.random_range(1..5)),
            start: random.random_bool(0.5).then_some(hour(start)),
            end: random.random_bool(0.5).then(|| hour(start + random.random_range(1..20))),
        }
    }

    fn fits(&self, row: &Row) -> bool {
        let has = |tag: &&str| row.tags.contains(tag);
        self.tag.iter().all(has)
            && (self.any.is_empty() || self.any.iter().any(has))
            && self.all.iter().all(has)
            && !self.none.iter().any(has)
            && self.author.is_none_or(|author| row.author == author)
            && self.start.is_none_or(|start| row.created_at >= start)
            && self.end.is_none_or(|end| row.created_at < end)
    }

    /// The ids in the order of lists.
    fn expected(&self, rows: &[Row]) -> Vec<i64> {
        let mut found: Vec<&Row> = rows.iter().filter(|row| self.fits(row)).collect();
        found.sort_by_key(|row| std::cmp::Reverse((row.created_at, row.id)));
        found.into_iter().map(|row| row.id).collect()
    }

    fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, tags) in [("tagAny", &self.any), ("tagAll", &self.all), ("tagNone", &self.none)] {
            query.extend_pairs(tags.iter().map(|tag| (name, tag)));
        }
        let time = |time: OffsetDateTime| time.format(&Rfc3339).expect("it has a form");
        query.extend_pairs(self.tag.map(|tag| ("tag", tag)));
        query.extend_pairs(self.start.map(|start| ("dateStart", time(start))));
        query.extend_pairs(self.end.map(|end| ("dateEnd", time(end))));
        query.finish()
    }

    fn query_with_author(&self) -> String {
        self.query() + &self.author.map(|author| format!("&author={author}")).unwrap_or_default()
    }
}

#[tokio::test]
async fn lists_and_counts_hold_what_the_model_says() {
    let app = App::start().await;
    let mut random = StdRng::seed_from_u64(14);
    let rows = random_rows(&mut random, 300);
    fold(&app.writer, &rows).await;
    let mut found = 0;
    for _ in 0..250 {
        let filter = Filter::random(&mut random);
        let (expected, query) = (filter.expected(&rows), filter.query_with_author());
        found += usize::from(!expected.is_empty());
        let limit = [1, 7, 100][random.random_range(0..3)];
        let mut listed = Vec::new();
        let mut next = Some(format!("/v1/messages?limit={limit}&{query}"));
        // A page of one message each would take long.
        while let Some(address) = next.filter(|_| listed.len() < 20) {
            let page = app.get(&address).await;
            listed.extend(page.ids());
            next = page.next();
        }
        assert_eq!(listed, expected[..listed.len()], "{query}");
        assert!(
            listed.len() == expected.len() || listed.len() >= 20,
            "{query}: {} are missing",
            expected.len()
        );
        let count = app.get_as(ANALYST, &format!("/v1/messages?count=1&{query}")).await;
        assert_eq!(count.ok(), Value::from(expected.len()), "{query}");
        assert_eq!(count.header("data-position"), (300 << 8).to_string());
    }
    assert!(found > 60, "only {found} filters found anything");
}

#[tokio::test]
async fn buckets_hold_what_the_model_says() {
    let app = App::start().await;
    let mut random = StdRng::seed_from_u64(15);
    let rows = random_rows(&mut random, 300);
    fold(&app.writer, &rows).await;
    for _ in 0..80 {
        let filter = Filter { author: None, ..Filter::random(&mut random) };
        let zone = ["UTC", "Asia/Kolkata", "America/New_York"][random.random_range(0..3)];
        let bucket = ["hour", "day", "month"][random.random_range(0..3)];
        let path = format!("/v1/messages/counts?bucket={bucket}&tz={zone}&{}", filter.query());
        let body = app.get_as(ANALYST, &path).await.ok();
        let buckets = body.as_array().expect("a list");
        let starts: Vec<OffsetDateTime> =
            buckets.iter().map(|bucket| at(bucket["start"].as_str().expect("a start"))).collect();
        for (number, bucket) in buckets.iter().enumerate() {
            let is_inside = |row: &&Row| {
                row.created_at >= starts[number]
                    && starts.get(number + 1).is_none_or(|end| row.created_at < *end)
            };
            let expected = rows.iter().filter(|row| filter.fits(row)).filter(is_inside).count();
            assert_eq!(bucket["count"], expected, "{path} at {}", starts[number]);
        }
        let all: i64 = buckets.iter().filter_map(|bucket| bucket["count"].as_i64()).sum();
        assert_eq!(all, i64::try_from(filter.expected(&rows).len()).expect("few"), "{path}");
    }
}

#[tokio::test]
async fn tags_are_named_in_any_spelling_and_once_each() {
    let app = App::start().await;
    let rows = [
        row(256, 1, &["birds"], "2026-01-01T00:00:00Z"),
        row(512, 1, &["birds", "owls"], "2026-01-02T00:00:00Z"),
        row(768, 1, &["a,b"], "2026-01-03T00:00:00Z"),
        row(1024, 1, &[], "2026-01-04T00:00:00Z"),
    ];
    fold(&app.writer, &rows).await;
    for (query, ids) in [
        ("tagAny=BIRDS&tagAny=%20Owls", vec![512, 256]),
        ("tagAll=birds&tagAll=OWLS", vec![512]),
        ("tag=birds&tagNone=owls", vec![256]),
        ("tagNone=birds", vec![1024, 768]),
        ("tagAny=a,b", vec![768]),
        ("tagAny=birds&tagAny=birds", vec![512, 256]),
        ("tagAll=birds&tagNone=birds", vec![]),
        // Nothing of this can be a tag: it finds nothing, and excludes nothing.
        ("tagAll=birds&tagAll=a.b", vec![]),
        ("tag=birds&tagNone=*", vec![512, 256]),
    ] {
        assert_eq!(app.get(&format!("/v1/messages?{query}")).await.ids(), ids, "{query}");
        let count = app.get_as(ANALYST, &format!("/v1/messages?count=1&{query}")).await;
        assert_eq!(count.ok(), Value::from(ids.len()), "{query}");
    }
    let nine = "tagAny=a&".repeat(9);
    for path in [format!("/v1/messages?{nine}"), format!("/v1/messages/counts?bucket=day&{nine}")] {
        let answer = app.get_as(ANALYST, &path).await;
        answer.is_problem(400, "invalid-parameter");
        assert_eq!(answer.json()["errors"][0]["field"], "tagAny");
    }
    let page = app.get("/v1/messages?tagAny=owls&tagAny=birds&limit=1").await;
    let next = page.next().expect("there is one more");
    assert_eq!(app.get(&next).await.ids(), [256]);
    assert_eq!(app.get(&next.replacen("owls", "birds", 1)).await.status, 400, "it is another list");
}

#[tokio::test]
async fn who_is_hidden_is_hidden_here_too() {
    let app = App::start().await;
    for (id, handle) in [(1, "heron"), (2, "wren"), (3, "owl"), (READER.account, "reader")] {
        account(&app.writer, id, handle).await;
    }
    let rows = [(256, 1), (512, 2), (768, 3), (1024, READER.account)];
    let rows = rows.map(|(id, author)| row(id, author, &["birds", "owls"], "2026-01-01T00:00:00Z"));
    fold(&app.writer, &rows).await;
    block(&app.writer, 1, READER.account, 9).await;
    execute(&app.writer, "update social_v1.account set restriction = 'suspended' where id = 2").await;
    execute(&app.writer, "update social_v1.account set restriction = 'silenced' where id = 3").await;
    assert_eq!(app.get("/v1/messages?tagAll=birds&tagAll=owls").await.ids(), [1024]);
    assert_eq!(app.get("/v1/messages?author=3&tagAll=birds&tagAll=owls").await.ids(), [768]);
    assert_eq!(app.get("/v1/messages?author=1&tagAll=birds&tagAll=owls").await.ids(), [0; 0]);
    let count = app.get_as(ANALYST, "/v1/messages?count=1&tagAll=birds&tagAll=owls").await;
    assert_eq!(count.ok(), 4, "counts keep them");
}

/// Two tags on 10,100 messages each, and none with both.
#[tokio::test]
async fn tags_that_never_meet_end_a_page_at_its_bound() {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &["birds", "owls"], "2025-01-01T00:00:00Z")]).await;
    execute(
        &app.writer,
        "insert into social_v1.message (id, author, text, tags, created_at, edition)
         select i * 256, 1, 'x', array[case when i % 2 = 0 then 'birds' else 'owls' end],
            timestamptz '2026-01-01Z' + i * interval '1 second', 1
         from generate_series(2::bigint, 20201) i;
         insert into social_v1.message_tag (tag, created_at, id, author)
         select t, created_at, id, author from social_v1.message, unnest(array_append(tags, '')) t where id > 256;
         analyze social_v1.message_tag",
    )
    .await;
    for query in
        ["tagAll=birds&tagAll=owls", "author=1&tagAll=birds&tagAll=owls", "tagNone=birds&tagNone=owls"]
    {
        let mut pages = Vec::new();
        let mut next = Some(format!("/v1/messages?{query}"));
        while let Some(address) = next {
            let page = app.get(&address).await;
            pages.push(page.ids());
            next = page.next();
        }
        let found = if query.contains("None") { vec![] } else { vec![256] };
        assert_eq!(pages.concat(), found, "{query}");
        // By tag the walk is over one of the two tags, else over all messages.
        assert_eq!(pages.len(), if query.starts_with("tagAll") { 2 } else { 3 }, "{query}");
    }
}

#[tokio::test]
async fn what_would_be_looked_at_for_too_long_is_not_counted() {
    let limits = http_kit::Limits { access_log: false, enforced: false, ..http_kit::Limits::default() };
    let app = App::start_with(limits).await;
    // One more of each than is looked at; their messages play no part in how many there are.
    execute(
        &app.writer,
        "insert into social_v1.message_tag (tag, created_at, id, author)
         select t, timestamptz '2026-01-01Z' + i * interval '1 second', i * 256, 1
         from generate_series(1::bigint, 100001) i, unnest(array['birds', 'owls']) t;
         analyze social_v1.message_tag",
    )
    .await;
    for query in ["tagAll=birds&tagAll=owls", "tagAny=birds&tagAny=owls"] {
        let count = app.get_as(ANALYST, &format!("/v1/messages?count=1&{query}")).await;
        count.is_problem(400, "range-too-large");
        let counts = app.get_as(ANALYST, &format!("/v1/messages/counts?bucket=month&{query}")).await;
        counts.is_problem(400, "range-too-large");
    }
    let day = "tagAny=birds&tagAny=owls&dateStart=2026-01-02&dateEnd=2026-01-02";
    let counts = app.get_as(ANALYST, &format!("/v1/messages/counts?bucket=day&{day}")).await.ok();
    assert_eq!(counts[0]["count"], 13_602, "each message once");
}
