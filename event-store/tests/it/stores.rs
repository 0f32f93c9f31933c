//! What stores read from the log, and how often.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use cqrs_es::{AggregateError, EventStore};
use domain::edge::Wish;
use domain::message::{Message, MessageCommand, PostMessage};
use domain::reaction::ReactionKind;
use domain::{
    AccountId, CommandId, MessageDeleted, MessageEdited, MessageEvent, MessagePosted, Sequence, Shard, Tags,
    Text,
};
use event_store::commands::ChangeReaction;
use event_store::{
    AppendError, Appended, EventLog, Execution, Executor, InMemoryClaims, InMemoryLog, Lineage, MessageStore,
    NewEvent, ReadError, RecordedEvent, Stamp, Subject, Tail, conformance,
};
use time::OffsetDateTime;

/// Counts what is read.
#[derive(Debug)]
struct Counting {
    log: InMemoryLog,
    reads: AtomicUsize,
}

impl Counting {
    fn count(&self) {
        self.reads.fetch_add(1, Ordering::SeqCst);
    }

    fn take(&self) -> usize {
        self.reads.swap(0, Ordering::SeqCst)
    }
}

#[async_trait]
impl EventLog for Counting {
    fn shard(&self) -> Shard {
        self.log.shard()
    }

    fn lineage(&self) -> Lineage {
        self.log.lineage()
    }

    async fn append(&self, command: CommandId, events: Vec<NewEvent>) -> Result<Appended, AppendError> {
        self.log.append(command, events).await
    }

    async fn head(&self) -> Result<Sequence, ReadError> {
        self.count();
        self.log.head().await
    }

    async fn read(&self, sequence: Sequence) -> Result<Option<RecordedEvent>, ReadError> {
        self.count();
        self.log.read(sequence).await
    }

    async fn read_subject(&self, subject: Subject, from: Sequence) -> Result<Vec<RecordedEvent>, ReadError> {
        self.count();
        self.log.read_subject(subject, from).await
    }

    async fn tail(&self, after: Sequence) -> Result<Tail, ReadError> {
        self.log.tail(after).await
    }
}

fn account(number: i64) -> AccountId {
    AccountId::from_i64(number).expect("positive")
}

fn text(text: &str) -> Text {
    Text::parse(text).expect("a text")
}

fn execution(actor: i64) -> Execution {
    Execution {
        actor: account(actor),
        now: OffsetDateTime::now_utc(),
        idempotency: None,
        correlation: "test".to_owned(),
        trace_parent: None,
    }
}

fn post(author: i64) -> MessageCommand {
    MessageCommand::Post(PostMessage {
        author: account(author),
        text: text("x"),
        tags: Tags::default(),
        in_reply_to: None,
        original_time: None,
    })
}

#[tokio::test]
async fn a_post_reads_nothing_once_its_author_is_known_to_be_active() {
    let log = Arc::new(Counting { log: InMemoryLog::new(Shard(0)), reads: AtomicUsize::new(0) });
    let executor = Executor::new(Arc::<Counting>::clone(&log), Arc::new(InMemoryClaims::default()));
    executor.execute(execution(7), post(7)).await.expect("posted");
    assert_eq!(log.take(), 1, "the author's account");
    for _ in 0..100 {
        executor.execute(execution(7), post(7)).await.expect("posted");
    }
    assert_eq!(log.take(), 0);
}

#[tokio::test]
async fn a_like_reads_the_last_reaction_and_what_is_not_known_yet() {
    let log = Arc::new(Counting { log: InMemoryLog::new(Shard(0)), reads: AtomicUsize::new(0) });
    let executor = Executor::new(Arc::<Counting>::clone(&log), Arc::new(InMemoryClaims::default()));
    let message = executor.execute(execution(7), post(7)).await.expect("posted").outcome.message;
    let like = |account| ChangeReaction { kind: ReactionKind::Like, account, message, wish: Wish::Set };
    log.take();
    executor.execute(execution(8), like(account(8))).await.expect("liked");
    assert_eq!(log.take(), 3, "the account, the message, the reactions");
    executor.execute(execution(8), like(account(8))).await.expect("liked");
    assert_eq!(log.take(), 1, "the reactions");
}

fn posted(words: &str) -> MessageEvent {
    MessageEvent::Posted(MessagePosted {
        author: account(7),
        text: text(words),
        tags: Tags::default(),
        in_reply_to: None,
        original_time: None,
    })
}

fn stamp() -> Option<Stamp> {
    Some(Stamp {
        command: conformance::command(),
        actor: account(7),
        correlation: "test".to_owned(),
        trace_parent: None,
        time: OffsetDateTime::now_utc(),
    })
}

/// The same store for whoever brings a framework of their own.
#[tokio::test]
async fn messages_are_an_event_store_of_cqrs_es() {
    let store = MessageStore::new(Arc::new(InMemoryLog::new(Shard(0))));
    let mut new = store.load_aggregate("new").await.expect("there is nothing to load");
    new.stamp = stamp();
    let committed = store.commit(vec![posted("one")], new, HashMap::new()).await.expect("posted");
    let id = committed[0].metadata["position"].clone();
    let message = id.parse().expect("a post's position is its message's id");

    let (mut first, mut second) =
        (store.load_aggregate(&id).await.expect("loaded"), store.load_aggregate(&id).await.expect("loaded"));
    assert!(matches!(&first.message, Message::Standing(standing) if standing.edition == 1));
    (first.stamp, second.stamp) = (stamp(), stamp());
    let (author, tags) = (account(7), Tags::default());
    let edited = MessageEvent::Edited(MessageEdited { message, author, edition: 2, text: text("two"), tags });
    store.commit(vec![edited.clone()], first, HashMap::new()).await.expect("edited");
    let deleted = MessageEvent::Deleted(MessageDeleted { message, author, deleted_by: author });
    let late = store.commit(vec![deleted], second, HashMap::new()).await;
    assert!(matches!(late, Err(AggregateError::AggregateConflict)), "{late:?}");

    let events = store.load_events(&id).await.expect("loaded");
    let payloads: Vec<_> = events.into_iter().map(|event| event.payload).collect();
    assert_eq!(payloads, [posted("one"), edited]);
    assert!(store.load_events("512000").await.expect("loaded").is_empty());
}
