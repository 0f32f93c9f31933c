//! What readers are told of the past is what the oracle makes of the log up to there.

use std::collections::{BTreeMap, BTreeSet};

use data_set::Pool;
use data_set::pool::{PoolOptions, connect};
use data_set::read::{
    self, AsOf, Bucket, Cutoff, MessageFilter, MessageRow, Page, TagFilter, ThreadRow, TimeRange, Timestamp,
};
use domain::Position;
use event_store::RecordedEvent;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reducers::history::History;
use reducers::social::Social;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime, UtcOffset};

use super::{empty, fold, history};
use crate::crowd::recorded_at;
use crate::model::rows_of_events;
use crate::property::at;
use crate::rows::{DataSet, Rows};

const EVENTS: u64 = 150;
/// Nobody of the crowd, so that nothing is hidden because of blocks, or marked as its own.
const STRANGER: i64 = 9_999;
/// So few that every list has several pages.
const LIMIT: u16 = 3;

/// A folded history and a reader of it.
struct World {
    data_set: DataSet,
    reader: Pool,
    events: Vec<RecordedEvent>,
}

impl World {
    async fn start() -> Self {
        let data_set = DataSet::start().await;
        let options = PoolOptions::reader("test", 2);
        let reader = connect(&data_set.postgres.url(), &options).expect("the address is good");
        Self { data_set, reader, events: Vec::new() }
    }

    async fn fold(&mut self, events: Vec<RecordedEvent>) {
        empty(&self.data_set).await;
        fold(&self.data_set, &Social, &events, |rest| rest.min(50)).await;
        fold(&self.data_set, &History, &events, |rest| rest.min(40)).await;
        self.events = events;
    }

    async fn cutoff(&self, as_of: AsOf) -> Cutoff {
        read::find_cutoff(&self.reader, as_of).await.expect("found").value.cutoff
    }

    /// All pages of a list of the past.
    async fn list(&self, filter: &MessageFilter, cutoff: Cutoff) -> Vec<Value> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let found = read::list_messages_as_of(&self.reader, STRANGER, filter, cutoff, after, LIMIT).await;
            let Page { items, next } = found.expect("listed").value;
            assert!(items.len() <= usize::from(LIMIT));
            all.extend(items.into_iter().map(of_past));
            if next.is_none() {
                return all;
            }
            after = next;
        }
    }
}

fn text(time: OffsetDateTime) -> String {
    let time = time.to_offset(UtcOffset::UTC);
    time.replace_microsecond(time.microsecond()).expect("in range").format(&Rfc3339).expect("it has a form")
}

fn of_past(row: ThreadRow) -> Value {
    match row {
        ThreadRow::Message(row) => message(&row),
        ThreadRow::Deleted(row) => json!({
            "id": row.id, "deleted": true, "created_at": text(row.created_at), "in_reply_to": row.in_reply_to,
        }),
    }
}

fn message(row: &MessageRow) -> Value {
    json!({
        "id": row.id, "author": row.author.id, "text": row.text, "tags": row.tags, "edition": row.edition,
        "in_reply_to": row.in_reply_to, "created_at": text(row.created_at), "edited_at": row.edited_at.map(text),
        "likes": row.likes, "reposts": row.reposts, "replies": row.replies,
    })
}

fn parsed(rows: &Rows, table: &str) -> Vec<Value> {
    rows[table].iter().map(|row| serde_json::from_str(row).expect("JSON")).collect()
}

fn time_of(value: &Value) -> OffsetDateTime {
    OffsetDateTime::parse(value.as_str().expect("a time"), &Rfc3339).expect("a time")
}

/// The oracle's answers.
struct Oracle {
    then: Vec<Value>,
    stats: BTreeMap<i64, Value>,
    /// What is there today.
    living: BTreeSet<i64>,
    suspended: BTreeSet<i64>,
    silenced: BTreeSet<i64>,
}

impl Oracle {
    /// The fold of all events, cut off behind a position.
    fn cut_off(events: &[RecordedEvent], behind: Position) -> Self {
        let past: Vec<RecordedEvent> =
            events.iter().filter(|event| event.position <= behind).cloned().collect();
        let (then, now) = (rows_of_events(&past), rows_of_events(events));
        let restricted = |to: &str| {
            let accounts = parsed(&now, "account").into_iter().filter(|row| row["restriction"] == to);
            accounts.filter_map(|row| row["id"].as_i64()).collect()
        };
        let mut messages = parsed(&then, "message");
        messages.sort_by_key(|row| std::cmp::Reverse((time_of(&row["created_at"]), row["id"].as_i64())));
        Self {
            then: messages,
            stats: parsed(&then, "message_stat")
                .into_iter()
                .filter_map(|row| Some((row["message"].as_i64()?, row)))
                .collect(),
            living: parsed(&now, "message").iter().filter_map(|row| row["id"].as_i64()).collect(),
            suspended: restricted("suspended"),
            silenced: restricted("silenced"),
        }
    }

    fn matching(&self, tag: &str, author: Option<i64>) -> impl Iterator<Item = &Value> {
        self.then.iter().filter(move |row| {
            let tags = row["tags"].as_array().expect("tags");
            (tag.is_empty() || tags.iter().any(|own| own == tag))
                && author.is_none_or(|author| row["author"] == author)
        })
    }

    fn list(&self, tag: &str, author: Option<i64>) -> Vec<Value> {
        let is_seen = |row: &&Value| {
            let by = row["author"].as_i64().expect("an author");
            let is_silenced = author.is_none() && self.silenced.contains(&by);
            !is_silenced && !self.suspended.contains(&by)
        };
        self.matching(tag, author).filter(is_seen).map(|row| self.shown(row)).collect()
    }

    fn shown(&self, row: &Value) -> Value {
        let id = row["id"].as_i64().expect("an id");
        let created_at = text(time_of(&row["created_at"]));
        if !self.living.contains(&id) {
            return json!({
                "id": id, "deleted": true, "created_at": created_at, "in_reply_to": row["in_reply_to"],
            });
        }
        let stat = |name: &str| self.stats.get(&id).map_or(json!(0), |row| row[name].clone());
        let edited_at = row["edited_at"].as_str().map(|_| text(time_of(&row["edited_at"])));
        json!({
            "id": id, "author": row["author"], "text": row["text"], "tags": row["tags"], "edition": row["edition"],
            "in_reply_to": row["in_reply_to"], "created_at": created_at, "edited_at": edited_at,
            "likes": stat("likes"), "reposts": stat("reposts"), "replies": stat("replies"),
        })
    }
}

fn filter(tag: &str, author: Option<i64>) -> MessageFilter {
    let tag = if tag.is_empty() { TagFilter::any() } else { TagFilter::of(tag) };
    MessageFilter { tag, tags: None, author, range: TimeRange::always() }
}

const FILTERS: [(&str, Option<i64>); 5] =
    [("", None), ("birds", None), ("at-dusk", None), ("", Some(2)), ("birds", Some(3))];

#[tokio::test]
async fn lists_and_counts_of_any_position_are_those_of_the_log_cut_off_there() {
    let mut world = World::start().await;
    let (mut edits_undone, mut deleted, mut liked) = (0, 0, 0);
    for seed in 0..8 {
        world.fold(history(seed, EVENTS)).await;
        let mut random = StdRng::seed_from_u64(seed);
        let mut sequences: Vec<u64> = (0..6).map(|_| random.random_range(1..=EVENTS)).collect();
        sequences.push(EVENTS);
        for position in sequences.into_iter().map(at) {
            let oracle = Oracle::cut_off(&world.events, position);
            let cutoff = world.cutoff(AsOf::Position(position.get())).await;
            assert_eq!(cutoff.position, position.get());
            for (tag, author) in FILTERS {
                let filter = filter(tag, author);
                let what = format!("seed {seed}, as of {position}, {tag:?} {author:?}");
                let (found, mut expected) = (world.list(&filter, cutoff).await, oracle.list(tag, author));
                // The reader is none of the authors.
                expected.retain(|row| author.is_none() || row["deleted"] != true);
                assert_eq!(found, expected, "{what}");
                deleted += found.iter().filter(|row| row["deleted"] == true).count();
                liked += found.iter().filter(|row| row["likes"].as_i64() > Some(0)).count();
                edits_undone += found.iter().filter(|row| row["edition"].as_i64() > Some(1)).count();

                let count = read::count_messages_as_of(&world.reader, &filter, cutoff).await;
                let expected = oracle.matching(tag, author).count() as i64;
                assert_eq!(count.expect("counted").value, expected, "{what}");
                if author.is_none() {
                    let (always, zone) = (TimeRange::always(), jiff::tz::TimeZone::UTC);
                    let buckets = read::bucket_counts_as_of(
                        &world.reader,
                        &filter.tag,
                        &always,
                        Bucket::Year,
                        &zone,
                        cutoff,
                    );
                    let sum: i64 =
                        buckets.await.expect("counted").value.iter().map(|bucket| bucket.messages).sum();
                    assert_eq!(sum, expected, "{what}");
                }
            }
        }
    }
    let met = (edits_undone, deleted, liked);
    assert!(edits_undone > 20 && deleted > 20 && liked > 20, "the histories meet what matters: {met:?}");
}

#[tokio::test]
async fn what_is_told_of_the_head_is_what_is_told_of_the_present() {
    let mut world = World::start().await;
    for seed in 20..24 {
        world.fold(history(seed, EVENTS)).await;
        let cutoff = world.cutoff(AsOf::Position(at(EVENTS).get())).await;
        for caller in [STRANGER, 1, 2] {
            for (tag, author) in FILTERS {
                let filter = filter(tag, author);
                let now = read::list_messages(&world.reader, caller, &filter, None, 100).await;
                let then = read::list_messages_as_of(&world.reader, caller, &filter, cutoff, None, 100).await;
                let now = now.expect("listed").value.items.into_iter();
                let now: Vec<ThreadRow> = now.map(|row| ThreadRow::Message(Box::new(row))).collect();
                let what = format!("seed {seed}, {caller}, {tag:?} {author:?}");
                assert_eq!(then.expect("listed").value.items, now, "{what}");
                for row in now {
                    let ThreadRow::Message(row) = row else { continue };
                    let then = read::get_message_as_of(&world.reader, caller, row.id, cutoff).await;
                    let now =
                        read::get_message(&world.reader, caller, false, row.id).await.expect("found").value;
                    let now = match now {
                        read::Existence::Present(row) => {
                            read::Existence::Present(ThreadRow::Message(Box::new(row)))
                        }
                        read::Existence::Deleted { author } => read::Existence::Deleted { author },
                        read::Existence::Unknown => read::Existence::Unknown,
                    };
                    assert_eq!(then.expect("found").value, now, "{what}");
                }
            }
        }
    }
}

/// A log's clock may be set back: a time then means the moment before the first event that was recorded after it.
#[tokio::test]
async fn a_time_is_found_whatever_the_clock_of_the_log_did() {
    let mut world = World::start().await;
    for seed in 30..33 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut events = history(seed, 300);
        for event in &mut events {
            let jump = if random.random_bool(0.1) { random.random_range(-400..400) } else { 0 };
            event.recorded_at = recorded_at(event.position) + Duration::seconds(jump);
        }
        world.fold(events).await;
        for _ in 0..60 {
            let time =
                recorded_at(at(random.random_range(1..320))) + Duration::seconds(random.random_range(-9..9));
            let after = world.events.iter().find(|event| event.recorded_at > time);
            let expected = after.map_or(300, |event| event.position.sequence().get() - 1);
            let cutoff = world.cutoff(AsOf::Time(Timestamp::from(time))).await;
            assert_eq!(cutoff.position >> 8, expected as i64, "seed {seed}, {time}");
            if expected > 0 {
                let oracle = Oracle::cut_off(&world.events, at(expected));
                assert_eq!(world.list(&filter("", None), cutoff).await, oracle.list("", None), "seed {seed}");
            }
        }
    }
}
