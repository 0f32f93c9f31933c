//! What readers are told of the past is what the oracle makes of the log up to there.

use std::collections::{BTreeMap, BTreeSet};

use data_set::Pool;
use data_set::pool::{PoolOptions, connect};
use data_set::read::{
    self, AsOf, Bucket, Cutoff, MessageFilter, MessageRow, Page, TagCombination, TagFilter, TagWindow,
    ThreadRow, TimeRange, Timestamp,
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

    fn matching(&self, asked: &Asked) -> impl Iterator<Item = &Value> {
        self.then.iter().filter(move |row| {
            let tags = row["tags"].as_array().expect("tags");
            let has = |tag: &&str| tags.iter().any(|own| own == tag);
            (asked.any.is_empty() || asked.any.iter().any(has))
                && asked.all.iter().all(has)
                && !asked.none.iter().any(has)
                && asked.author.is_none_or(|author| row["author"] == author)
        })
    }

    /// Tags of messages created in a window, with how many there are, the busiest first; without those of which no author
    /// is seen.
    fn top_tags(&self, window: &TagWindow) -> Vec<(String, i64, i64)> {
        let mut tags: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let end = window.end().unwrap_or(Timestamp::MAX);
        for row in &self.then {
            let at = Timestamp::from(time_of(&row["created_at"]));
            let by = row["author"].as_i64().expect("an author");
            let is_seen = !self.suspended.contains(&by) && !self.silenced.contains(&by);
            for tag in row["tags"].as_array().expect("tags") {
                let tag = tag.as_str().expect("text");
                let (messages, before) = tags.entry(tag).or_default();
                let is_inside = window.start() <= at && at < end;
                if is_inside && is_seen {
                    seen.insert(tag);
                }
                *messages += i64::from(is_inside);
                *before += i64::from(window.before() <= at && at < window.start());
            }
        }
        let used = tags.into_iter().filter(|(tag, _)| seen.contains(tag));
        let mut used: Vec<_> =
            used.map(|(tag, (messages, before))| (tag.to_owned(), messages, before)).collect();
        used.sort_by_key(|(_, messages, _)| std::cmp::Reverse(*messages));
        used
    }

    fn list(&self, asked: &Asked) -> Vec<Value> {
        let author = asked.author;
        let is_seen = |row: &&Value| {
            let by = row["author"].as_i64().expect("an author");
            let is_silenced = author.is_none() && self.silenced.contains(&by);
            !is_silenced && !self.suspended.contains(&by)
        };
        self.matching(asked).filter(is_seen).map(|row| self.shown(row)).collect()
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

#[derive(Debug, Default)]
struct Asked {
    any: Vec<&'static str>,
    all: Vec<&'static str>,
    none: Vec<&'static str>,
    author: Option<i64>,
}

impl Asked {
    fn tag(tag: &'static str, author: Option<i64>) -> Self {
        let all = (!tag.is_empty()).then_some(tag).into_iter().collect();
        Self { all, author, ..Self::default() }
    }

    fn random(random: &mut StdRng) -> Self {
        let mut some = |share: f64| {
            ["birds", "at-dusk", "b\"q\\", "never"]
                .into_iter()
                .filter(|_| random.random_bool(share))
                .collect()
        };
        let (any, all, none) = (some(0.3), some(0.2), some(0.2));
        Self { any, all, none, author: random.random_bool(0.3).then(|| random.random_range(1..6)) }
    }

    fn filter(&self) -> MessageFilter {
        let tags = |tags: &[&str]| tags.iter().map(|tag| TagFilter::of(tag)).collect::<Vec<_>>();
        let [any, all, none] = [&self.any, &self.all, &self.none].map(|list| tags(list));
        let (tag, tags) = TagCombination::of(TagFilter::any(), any, all, none);
        MessageFilter { tag, tags, author: self.author, range: TimeRange::always() }
    }
}

fn asked() -> [Asked; 5] {
    [("", None), ("birds", None), ("at-dusk", None), ("", Some(2)), ("birds", Some(3))]
        .map(|(tag, author)| Asked::tag(tag, author))
}

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
            let combinations = (0..6).map(|_| Asked::random(&mut random));
            for asked in asked().into_iter().chain(combinations) {
                let filter = asked.filter();
                let what = format!("seed {seed}, as of {position}, {asked:?}");
                let (found, mut expected) = (world.list(&filter, cutoff).await, oracle.list(&asked));
                // The reader is none of the authors.
                expected.retain(|row| asked.author.is_none() || row["deleted"] != true);
                assert_eq!(found, expected, "{what}");
                deleted += found.iter().filter(|row| row["deleted"] == true).count();
                liked += found.iter().filter(|row| row["likes"].as_i64() > Some(0)).count();
                edits_undone += found.iter().filter(|row| row["edition"].as_i64() > Some(1)).count();

                let count = read::count_messages_as_of(&world.reader, &filter, cutoff).await;
                let expected = oracle.matching(&asked).count() as i64;
                assert_eq!(count.expect("counted").value, expected, "{what}");
                if asked.author.is_none() {
                    let zone = jiff::tz::TimeZone::UTC;
                    let buckets =
                        read::bucket_counts_as_of(&world.reader, &filter, Bucket::Month, &zone, cutoff);
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
async fn the_busiest_tags_of_any_position_are_those_of_the_log_cut_off_there() {
    let mut world = World::start().await;
    let mut before = 0;
    for seed in 10..14 {
        world.fold(history(seed, EVENTS)).await;
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..8 {
            let position = at(random.random_range(1..=EVENTS));
            let oracle = Oracle::cut_off(&world.events, position);
            let cutoff = world.cutoff(AsOf::Position(position.get())).await;
            assert!(cutoff.clock >= Timestamp::from(recorded_at(position)), "nothing was recorded later");
            let minutes = random.random_range(1..12);
            let start = Timestamp::from(recorded_at(position) - Duration::minutes(minutes));
            let end = random.random_bool(0.5).then(|| Timestamp::from(recorded_at(position)));
            let range = TimeRange::new(Some(start), end).expect("it has a length");
            let window = TagWindow::of(range, cutoff.clock).expect("it is short");
            let found = read::top_tags_as_of(&world.reader, STRANGER, &window, cutoff, 20).await;
            let found = found.expect("counted").value.into_iter();
            let found: Vec<_> = found.map(|row| (row.tag, row.messages, row.before)).collect();
            let expected = oracle.top_tags(&window);
            before += expected.iter().map(|(_, _, before)| before).sum::<i64>();
            assert_eq!(found, expected, "seed {seed}, as of {position}, {window:?}");
        }
    }
    assert!(before > 20, "only {before} lie in windows before");
}

#[tokio::test]
async fn what_is_told_of_the_head_is_what_is_told_of_the_present() {
    let mut world = World::start().await;
    for seed in 20..24 {
        world.fold(history(seed, EVENTS)).await;
        let cutoff = world.cutoff(AsOf::Position(at(EVENTS).get())).await;
        for caller in [STRANGER, 1, 2] {
            for asked in asked() {
                let filter = asked.filter();
                let now = read::list_messages(&world.reader, caller, &filter, None, 100).await;
                let then = read::list_messages_as_of(&world.reader, caller, &filter, cutoff, None, 100).await;
                let now = now.expect("listed").value.items.into_iter();
                let now: Vec<ThreadRow> = now.map(|row| ThreadRow::Message(Box::new(row))).collect();
                let what = format!("seed {seed}, {caller}, {asked:?}");
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
                let all = Asked::default();
                assert_eq!(world.list(&all.filter(), cutoff).await, oracle.list(&all), "seed {seed}");
            }
        }
    }
}
