//! For any history, cut into batches in any way, the rows are the model's. A failing history is made
//! as short as possible and printed.

use std::fmt::Write;

use data_set::write;
use domain::{
    AccountDeactivated, AccountEvent, Bookmarked, Event, Followed, GraphEvent, Liked, MessageEvent,
    MessageId, MessagePosted, Position, ReactionEvent, Reposted, Sequence, Shard, Tags, Text,
};
use event_store::{Envelope, RecordedEvent, Subject, conformance};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reducers::social::Social;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::crowd::{Crowd, recorded_at};
use crate::model::{normalised, rows_of_events};
use crate::rows::{DataSet, Rows, write_batch};

const EVENTS: u64 = 120;
const SEEDS: u64 = 16;

pub(crate) fn at(sequence: u64) -> Position {
    Position::new(Sequence::new(sequence).expect("small"), Shard(0))
}

pub(crate) fn recorded(position: Position, event: &Event) -> RecordedEvent {
    let (event_type, data) = event_store::encode(event).expect("an event encodes");
    let envelope = Envelope {
        event: domain::EventId(Uuid::now_v7()),
        event_type,
        time: OffsetDateTime::UNIX_EPOCH,
        command: conformance::command(),
        fingerprint: None,
        actor: conformance::account(1),
        correlation: "test".to_owned(),
        causation: "test".to_owned(),
        trace_parent: None,
        edit_index: None,
    };
    RecordedEvent {
        position,
        subject: Subject::of(Shard(0), event).to_string(),
        recorded_at: recorded_at(position),
        envelope: Some(envelope),
        unreadable: None,
        data,
    }
}

pub(crate) fn history(seed: u64) -> Vec<RecordedEvent> {
    let mut crowd = Crowd::new(seed, 6);
    (1..=EVENTS).map(at).map(|position| recorded(position, &crowd.draw(position))).collect()
}

/// How a history is cut into batches.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cuts {
    OneByOne,
    OneBatch,
    Random(u64),
}

impl Cuts {
    /// Decided by the position alone, so that a history from which events are left out is cut at the same places.
    fn begins_batch(self, position: Position) -> bool {
        match self {
            Self::OneByOne => true,
            Self::OneBatch => false,
            Self::Random(seed) => {
                StdRng::seed_from_u64(seed.wrapping_add(position.sequence().get() << 32)).random_bool(0.08)
            }
        }
    }
}

pub(crate) async fn fold(data_set: &DataSet, events: &[RecordedEvent], cuts: Cuts) -> Rows {
    data_set.empty().await;
    let key = write::ProjectionKey { projection: "social", version: 1, shard: 0, lineage: "test".to_owned() };
    write::resume(&data_set.pool, &key).await.expect("a checkpoint");
    let (mut from, mut rest) = (Position::ZERO, events);
    while let Some(first) = rest.first() {
        let behind = rest[1..].iter().position(|event| cuts.begins_batch(event.position));
        let length = behind.map_or(rest.len(), |behind| behind + 1);
        let (batch, later) = rest.split_at(length);
        let to = batch.last().unwrap_or(first).position;
        write_batch(&Social, &data_set.pool, &key, from, batch).await.expect("written");
        (from, rest) = (to, later);
    }
    normalised(data_set.rows().await)
}

async fn differs(data_set: &DataSet, events: &[RecordedEvent], cuts: Cuts) -> bool {
    fold(data_set, events, cuts).await != rows_of_events(events)
}

/// Leaves out what the difference does not need. Events keep their positions.
async fn shortest(data_set: &DataSet, mut events: Vec<RecordedEvent>, cuts: Cuts) -> Vec<RecordedEvent> {
    let mut size = events.len() / 2;
    while size > 0 {
        let mut start = 0;
        while start < events.len() {
            let mut fewer = events.clone();
            fewer.drain(start..(start + size).min(events.len()));
            if differs(data_set, &fewer, cuts).await {
                events = fewer;
            } else {
                start += size;
            }
        }
        size /= 2;
    }
    events
}

pub(crate) async fn assert_equal(data_set: &DataSet, seed: u64, events: Vec<RecordedEvent>, cuts: Cuts) {
    if !differs(data_set, &events, cuts).await {
        return;
    }
    let events = shortest(data_set, events, cuts).await;
    let (found, expected) = (fold(data_set, &events, cuts).await, rows_of_events(&events));
    let mut report = String::new();
    for event in &events {
        let decoded = event_store::decode(event).expect("decodes");
        writeln!(report, "{} {decoded:?}", event.position).expect("a string takes it");
    }
    for (table, expected) in expected.iter().filter(|(table, rows)| found[*table] != **rows) {
        let found = &found[table];
        writeln!(report, "{table}\n  found    {found:#?}\n  expected {expected:#?}")
            .expect("a string takes it");
    }
    panic!("seed {seed}, {cuts:?}: the rows differ\n{report}");
}

#[tokio::test]
async fn every_history_in_any_batches_equals_the_model() {
    let data_set = DataSet::start().await;
    for seed in 0..SEEDS {
        for cuts in [Cuts::OneByOne, Cuts::OneBatch, Cuts::Random(seed), Cuts::Random(!seed)] {
            assert_equal(&data_set, seed, history(seed), cuts).await;
        }
    }
}

/// More than one chunk of everything that an account can have.
const MANY: i64 = 6_000;

#[tokio::test]
async fn an_account_that_did_very_much_leaves_nothing_but_its_name() {
    let data_set = DataSet::start().await;
    let (gone, other) = (conformance::account(1), conformance::account(2));
    let mut events: Vec<Event> = Vec::new();
    let post = |author| MessagePosted {
        author,
        text: Text::parse("text").expect("a text"),
        tags: Tags::parse(["birds"]).expect("tags"),
        in_reply_to: None,
        original_time: None,
    };
    for number in 0..MANY {
        let somebody = conformance::account(10 + number);
        let message = MessageId::at(at(events.len() as u64 + 1));
        events.push(MessageEvent::Posted(post(other)).into());
        events.push(ReactionEvent::Liked(Liked { account: gone, message, original_time: None }).into());
        events.push(ReactionEvent::Reposted(Reposted { account: gone, message, original_time: None }).into());
        let bookmarked = Bookmarked { account: gone, message, original_time: None };
        events.push(ReactionEvent::Bookmarked(bookmarked).into());
        let reply = MessagePosted { in_reply_to: Some(message), ..post(gone) };
        events.push(MessageEvent::Posted(reply).into());
        events.push(
            GraphEvent::Followed(Followed { follower: gone, followee: somebody, original_time: None }).into(),
        );
        events.push(
            GraphEvent::Followed(Followed { follower: somebody, followee: gone, original_time: None }).into(),
        );
    }
    events.push(AccountEvent::Deactivated(AccountDeactivated { account: gone, original_time: None }).into());
    let events: Vec<_> =
        (1..).map(at).zip(&events).map(|(position, event)| recorded(position, event)).collect();
    let rows = fold(&data_set, &events, Cuts::OneBatch).await;
    let counts: Vec<_> = rows.iter().map(|(table, rows)| (table.as_str(), rows.len())).collect();
    let left = usize::try_from(MANY).expect("positive");
    for (table, count) in counts {
        match table {
            "message" | "tombstone" => assert_eq!(count, left, "{table}"),
            "message_tag" => assert_eq!(count, 2 * left),
            "former_account" | "account_stat" => assert_eq!(count, 1, "{table}"),
            "message_count" => {}
            _ => assert_eq!(count, 0, "{table}"),
        }
    }
}
