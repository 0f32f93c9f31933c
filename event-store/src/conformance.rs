//! The contract as a suite. Every implementation of [`EventLog`] runs all of it, against logs of its own.
//!
//! Each function takes a fresh, empty log of shard 0, or a bucket, and panics where a promise is broken.

mod attacks;
mod batch;
mod bucket;
mod frames;
mod keys;
mod last_of_each;
mod usage;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::{AccountId, CommandId, EventId, MessageEvent, MessagePosted, Sequence, Tags, Text};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::subject::Boundary;
use crate::{
    AppendError, Decoded, Envelope, EventLog, Expected, NewEvent, ReadError, RecordedEvent, Subject, codec,
};

pub use self::attacks::attack;
pub use self::batch::{a_conflict_fails_no_one_else, batch_is_all_or_nothing, batch_over_several_subjects};
pub use self::bucket::bucket_keeps_its_promises;
pub use self::frames::{FRAMES, Frame, publish_frame};
pub use self::keys::{a_command_is_in_the_log_once, keyed_commands_are_found, knows_its_keys};
pub use self::last_of_each::{last_of_each, last_of_each_while_others_append};
pub use self::usage::{usage_has_been_counted, usage_is_counted};

/// Longest wait for something that should come at once.
const PATIENCE: Duration = Duration::from_secs(20);

pub fn account(number: i64) -> AccountId {
    AccountId::from_i64(number).expect("the suite uses positive numbers")
}

pub fn outbox(log: &dyn EventLog, number: i64) -> Subject {
    Subject::new(log.shard(), Boundary::Outbox(account(number)))
}

pub fn command() -> CommandId {
    CommandId(Uuid::now_v7())
}

/// A posted message of the given account.
pub fn posted(
    log: &dyn EventLog,
    author: i64,
    text: &str,
    command: CommandId,
    expected: Expected,
) -> NewEvent {
    let event = MessageEvent::Posted(MessagePosted {
        author: account(author),
        text: Text::parse(text).expect("the suite uses valid texts"),
        tags: Tags::parse(["suite"]).expect("a valid tag"),
        in_reply_to: None,
        original_time: None,
    });
    let (event_type, data) = codec::encode(&event.into()).expect("an event encodes");
    NewEvent {
        subject: outbox(log, author),
        expected,
        envelope: Envelope {
            event: EventId(Uuid::now_v7()),
            event_type,
            time: OffsetDateTime::now_utc(),
            command,
            fingerprint: None,
            actor: account(author),
            correlation: "suite".to_owned(),
            causation: "suite".to_owned(),
            trace_parent: None,
            edit_index: None,
        },
        data,
    }
}

async fn append(log: &dyn EventLog, author: i64, text: &str, expected: Expected) -> Result<u64, AppendError> {
    let command = command();
    let appended = log.append(command, vec![posted(log, author, text, command, expected)]).await?;
    assert_eq!(appended.positions.len(), 1);
    assert_eq!(appended.positions[0].shard(), log.shard());
    Ok(appended.positions[0].sequence().get())
}

fn sequence(value: u64) -> Sequence {
    Sequence::new(value).expect("the suite's logs are short")
}

fn text_of(recorded: &RecordedEvent) -> String {
    match codec::decode(recorded).expect("the suite's events decode") {
        Decoded::Known(domain::Event::Message(MessageEvent::Posted(event))) => event.text.into_string(),
        other => panic!("not a posted message: {other:?}"),
    }
}

async fn take(log: &dyn EventLog, after: u64, count: usize) -> Vec<RecordedEvent> {
    let mut tail = log.tail(sequence(after)).await.expect("the log can be followed");
    let mut events = Vec::new();
    while events.len() < count {
        let batch = tokio::time::timeout(PATIENCE, tail.next_batch(count - events.len()))
            .await
            .unwrap_or_else(|_| panic!("only {} of {count} events came", events.len()))
            .expect("the tail goes on")
            .expect("the tail gives events");
        events.extend(batch);
    }
    events
}

/// What was appended is read back: by sequence, by subject and from the tail, with its envelope, in order, without gap.
pub async fn append_and_read_back(log: &dyn EventLog) {
    assert_eq!(log.head().await.expect("a head"), Sequence::ZERO);
    assert!(log.read(sequence(1)).await.expect("readable").is_none());
    let command = command();
    let event = posted(log, 1, "first", command, Expected::Any);
    let appended = log.append(command, vec![event.clone()]).await.expect("appended");
    assert!(!appended.repeated);
    assert_eq!(appended.positions[0].sequence(), sequence(1));
    assert_eq!(append(log, 2, "second", Expected::Any).await.expect("appended"), 2);
    assert_eq!(append(log, 1, "third", Expected::Any).await.expect("appended"), 3);
    assert_eq!(log.head().await.expect("a head"), sequence(3));

    let read = log.read(sequence(1)).await.expect("readable").expect("there");
    assert_eq!(read.envelope.as_ref(), Some(&event.envelope));
    assert_eq!((read.data, read.subject), (event.data, outbox(log, 1).to_string()));
    let of_one = log.read_subject(outbox(log, 1), sequence(1)).await.expect("readable");
    assert_eq!(of_one.iter().map(text_of).collect::<Vec<_>>(), ["first", "third"]);
    let all = take(log, 0, 3).await;
    assert_eq!(all.iter().map(text_of).collect::<Vec<_>>(), ["first", "second", "third"]);
    let sequences: Vec<_> = all.iter().map(|event| event.position.sequence().get()).collect();
    assert_eq!(sequences, [1, 2, 3]);
}

/// An expectation holds an event back unless it is exactly right; zero means "none yet".
pub async fn expected_sequence(log: &dyn EventLog) {
    let first = append(log, 1, "first", Expected::Last(Sequence::ZERO)).await.expect("the subject is empty");
    append(log, 2, "elsewhere", Expected::Any).await.expect("appended");
    for wrong in [0, first + 1, first + 5] {
        let refused = append(log, 1, "wrong", Expected::Last(sequence(wrong))).await;
        assert!(matches!(refused, Err(AppendError::Conflict)), "expected {wrong}: {refused:?}");
    }
    append(log, 1, "second", Expected::Last(sequence(first))).await.expect("the expectation is right");
    assert_eq!(log.head().await.expect("a head"), sequence(3));
}

/// Of many who expect an empty subject at the same moment, one wins.
pub async fn concurrent_first_appends(log: Arc<dyn EventLog>) {
    let racers = (0..16).map(|racer| {
        let log = Arc::clone(&log);
        tokio::spawn(async move {
            append(&*log, 7, &format!("racer {racer}"), Expected::Last(Sequence::ZERO)).await
        })
    });
    let mut won = 0;
    for racer in racers.collect::<Vec<_>>() {
        match racer.await.expect("no racer panics") {
            Ok(_) => won += 1,
            Err(AppendError::Conflict) => {}
            Err(error) => panic!("neither won nor lost: {error}"),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(log.read_subject(outbox(&*log, 7), sequence(1)).await.expect("readable").len(), 1);
}

/// The same command again, as after a lost answer, gives the first answer and no second event; with and without an
/// expectation, alone and in a crowd.
pub async fn retry_after_a_lost_ack(log: Arc<dyn EventLog>) {
    for (author, expected) in [(1, Expected::Any), (2, Expected::Last(Sequence::ZERO))] {
        let command = command();
        let event = posted(&*log, author, "once", command, expected);
        let first = log.append(command, vec![event.clone()]).await.expect("appended");
        let second = log.append(command, vec![event]).await.expect("the retry is answered");
        assert!(second.repeated && !first.repeated);
        assert_eq!(first.positions, second.positions);
    }
    let command = command();
    let duplicates = (0..8).map(|_| {
        let log = Arc::clone(&log);
        let event = posted(&*log, 3, "duplicates", command, Expected::Any);
        tokio::spawn(async move { log.append(command, vec![event]).await })
    });
    let mut positions = Vec::new();
    for duplicate in duplicates.collect::<Vec<_>>() {
        positions.extend(
            duplicate.await.expect("no duplicate panics").expect("every duplicate is answered").positions,
        );
    }
    positions.dedup();
    assert_eq!(positions.len(), 1, "all duplicates get the same position");
    assert_eq!(log.head().await.expect("a head"), sequence(3));
}

/// A subject with more events than one page is read to its end, and appended to behind it.
pub async fn more_than_a_thousand_events_in_one_subject(log: Arc<dyn EventLog>) {
    const EVENTS: usize = 1_234;
    let appends = (0..EVENTS).map(|number| {
        let log = Arc::clone(&log);
        tokio::spawn(async move { append(&*log, 5, &format!("{number}"), Expected::Any).await })
    });
    for appended in appends.collect::<Vec<_>>() {
        appended.await.expect("no panic").expect("appended");
    }
    let events = log.read_subject(outbox(&*log, 5), sequence(1)).await.expect("readable");
    assert_eq!(events.len(), EVENTS);
    assert!(events.is_sorted_by(|a, b| a.position < b.position));
    let last = events[EVENTS - 1].position.sequence();
    append(&*log, 5, "behind", Expected::Last(last)).await.expect("the whole subject was seen");
    let rest = log.read_subject(outbox(&*log, 5), last).await.expect("readable");
    assert_eq!(rest.len(), 2);
}

/// A tail goes on from any position, past what is there now, and refuses a position that the log does not have.
pub async fn resume_from_any_position(log: &dyn EventLog) {
    for number in 1..=5 {
        append(log, 1, &format!("{number}"), Expected::Any).await.expect("appended");
    }
    for after in 0..5_u64 {
        let events = take(log, after, usize::try_from(5 - after).expect("small")).await;
        assert_eq!(text_of(&events[0]), (after + 1).to_string());
        assert_eq!(text_of(&events[events.len() - 1]), "5");
    }
    let mut tail = log.tail(sequence(5)).await.expect("the end can be followed");
    append(log, 2, "later", Expected::Any).await.expect("appended");
    let later = tokio::time::timeout(PATIENCE, tail.next_batch(10)).await.expect("it comes");
    assert_eq!(text_of(&later.expect("goes on").expect("an event")[0]), "later");
    let refused = log.tail(sequence(7)).await.map(drop);
    assert!(matches!(refused, Err(ReadError::BehindCheckpoint { after: 7, head: 6 })), "{refused:?}");
}

/// Bytes that are no event are kept and shown, not swallowed: the reader decides.
pub async fn undecodable_data_is_passed_on(log: &dyn EventLog) {
    let command = command();
    let mut event = posted(log, 1, "x", command, Expected::Any);
    event.data = Bytes::from_static(b"{\"author\":");
    log.append(command, vec![event]).await.expect("the log does not judge data");
    let read = take(log, 0, 1).await;
    assert!(codec::decode(&read[0]).is_err());
}
