//! The index leads to the last event of every message, as a plain map would.

use std::collections::HashMap;

use domain::{AccountId, MessageDeleted, MessageEdited, Position, Sequence, Shard, Tags, Text};
use proptest::prelude::*;
use time::OffsetDateTime;

use super::*;
use crate::command_metadata::CommandMetadata;
use crate::contract::{Expected, NewEvent};
use crate::edit_index::EditIndex;
use crate::edit_index::look_up::{fork, search};
use crate::in_memory::InMemoryLog;

/// Messages that share one bucket, in the order of their ids.
fn of_one_bucket(count: usize) -> Vec<MessageId> {
    let bucket = EditBucket::of(message(1));
    (1..).map(message).filter(|id| EditBucket::of(*id) == bucket).take(count).collect()
}

fn message(sequence: u64) -> MessageId {
    MessageId::at(Position::new(Sequence::new(sequence).expect("small"), Shard(0)))
}

fn account() -> AccountId {
    AccountId::from_i64(7).expect("positive")
}

fn edited(message: MessageId, edition: u32) -> Event {
    let text = Text::parse("x").expect("a text");
    MessageEvent::Edited(MessageEdited {
        message,
        author: account(),
        edition,
        text,
        tags: Tags::default(),
        original_time: None,
    })
    .into()
}

fn deleted(message: MessageId) -> Event {
    MessageEvent::Deleted(MessageDeleted {
        message,
        author: account(),
        deleted_by: account(),
        original_time: None,
    })
    .into()
}

async fn append(log: &InMemoryLog, event: Event, expected: Expected, index: Option<EditIndex>) -> Sequence {
    let command = crate::conformance::command();
    let metadata = CommandMetadata {
        fingerprint: None,
        command,
        actor: account(),
        correlation: "test".to_owned(),
        trace_parent: None,
        time: OffsetDateTime::UNIX_EPOCH,
    };
    let event =
        NewEvent::new(Shard(0), &event, expected, &metadata).expect("it encodes").with_edit_index(index);
    log.append(command, vec![event]).await.expect("appended").positions[0].sequence()
}

/// As a command does it.
async fn follow_up(log: &InMemoryLog, message: MessageId, event: Event) -> Sequence {
    let found = last_change(log, message).await.expect("readable");
    append(log, event, Expected::Last(found.through), Some(found.index)).await
}

fn last(found: &LastChange) -> Option<Sequence> {
    found.last.as_ref().map(|(sequence, _)| *sequence)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_message_is_found_after_any_history(choices in prop::collection::vec((0..12_usize, prop::bool::weighted(0.05)), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let (log, messages) = (InMemoryLog::new(Shard(0)), of_one_bucket(12));
            let mut expected = HashMap::new();
            for (choice, is_foreign) in choices {
                let message = messages[choice];
                if is_foreign {
                    // Somebody else's event, without an index. The fold takes it, so it counts.
                    expected.insert(message, append(&log, deleted(message), Expected::Any, None).await);
                } else {
                    expected.insert(message, follow_up(&log, message, edited(message, 2)).await);
                }
                let together = last_changes(&log, &messages).await.expect("readable");
                for (message, together) in messages.iter().zip(together) {
                    let found = last_change(&log, *message).await.expect("readable");
                    assert_eq!((last(&together), together.through, &together.index), (last(&found), found.through, &found.index));
                    assert_eq!(last(&found), expected.get(message).copied());
                    let subject = Subject::new(Shard(0), Boundary::Edits(EditBucket::of(*message)));
                    let searched = search(&log, subject, path(*message), read).await.expect("readable");
                    assert_eq!((searched.through, &searched.index), (found.through, &found.index));
                }
            }
        });
    }
}

#[derive(Debug)]
struct Counting {
    log: InMemoryLog,
    reads: std::sync::atomic::AtomicUsize,
}

#[async_trait::async_trait]
impl EventLog for Counting {
    fn shard(&self) -> Shard {
        self.log.shard()
    }

    fn lineage(&self) -> crate::Lineage {
        self.log.lineage()
    }

    async fn append(
        &self,
        command: domain::CommandId,
        events: Vec<crate::NewEvent>,
    ) -> Result<crate::Appended, crate::AppendError> {
        self.log.append(command, events).await
    }

    async fn head(&self) -> Result<Sequence, ReadError> {
        self.log.head().await
    }

    async fn read(&self, sequence: Sequence) -> Result<Option<RecordedEvent>, ReadError> {
        self.reads.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        self.log.read(sequence).await
    }

    async fn read_subject(&self, _: Subject, _: Sequence) -> Result<Vec<RecordedEvent>, ReadError> {
        panic!("nothing is searched in a sound bucket")
    }

    async fn last(&self, subject: Subject) -> Result<Option<RecordedEvent>, ReadError> {
        self.reads.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        self.log.last(subject).await
    }

    async fn events_of(
        &self,
        command: domain::CommandId,
        until: Sequence,
    ) -> Result<Vec<RecordedEvent>, ReadError> {
        self.log.events_of(command, until).await
    }

    async fn tail(&self, after: Sequence) -> Result<crate::Tail, ReadError> {
        self.log.tail(after).await
    }
}

/// An account that edits one message without end does not make the look-up of another one longer.
#[tokio::test]
async fn a_long_history_costs_others_nothing() {
    let (log, messages) = (InMemoryLog::new(Shard(0)), of_one_bucket(3));
    follow_up(&log, messages[0], edited(messages[0], 2)).await;
    for edition in 2..502 {
        follow_up(&log, messages[1], edited(messages[1], edition)).await;
        follow_up(&log, messages[2], edited(messages[2], edition)).await;
    }
    let log = Counting { log, reads: Default::default() };
    let found = last_change(&log, messages[0]).await.expect("readable");
    assert_eq!(last(&found), Some(Sequence::ZERO.next()));
    let reads = log.reads.into_inner();
    assert!(reads <= messages.len(), "{reads} reads");
}

/// An entry of somebody else's that names an event of the other side: the bucket itself is asked.
#[tokio::test]
async fn an_entry_that_leads_astray_is_not_followed() {
    let (log, messages) = (InMemoryLog::new(Shard(0)), of_one_bucket(12));
    let is_aside = |message: &MessageId| fork(path(messages[0]), path(*message)) == Some(0);
    let aside: Vec<MessageId> = messages.iter().copied().filter(is_aside).take(2).collect();
    let own = follow_up(&log, messages[0], edited(messages[0], 2)).await;
    let wrong = follow_up(&log, aside[0], edited(aside[0], 2)).await;
    let forged = Some(EditIndex::new(vec![wrong.get()]));
    append(&log, edited(aside[1], 2), Expected::Any, forged).await;
    let found = last_change(&log, messages[0]).await.expect("readable");
    let subject = Subject::new(Shard(0), Boundary::Edits(EditBucket::of(messages[0])));
    let searched = search(&log, subject, path(messages[0]), read).await.expect("readable");
    assert_eq!((last(&found), &found.index), (Some(own), &searched.index));
}

#[test]
fn a_header_is_read_back_and_nonsense_is_none() {
    for text in ["", "7", ",7", "7,,9"] {
        assert_eq!(text.parse::<EditIndex>().expect("an index").to_string(), text);
    }
    let long = ",".repeat(64);
    for text in ["x", "+7", "-1", "7;8", " 7", "99999999999999999999999", long.as_str()] {
        assert!(text.parse::<EditIndex>().is_err(), "{text}");
    }
}
