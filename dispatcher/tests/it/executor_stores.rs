//! What stores read from the log, and how often.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use dispatcher::commands::ChangeReaction;
use dispatcher::executor::{Allowance, Execution, Executor};
use domain::ReactionKind;
use domain::edge::DesiredState;
use domain::message::{Actor, EditMessage, ExpectedEdition, MessageCommand, PostMessage};
use domain::{AccountId, CommandId, Sequence, Shard, Tags, Text};
use event_store::{
    AppendError, Appended, EventLog, InMemoryLog, Lineage, NewEvent, ReadError, RecordedEvent, Subject, Tail,
};
use time::OffsetDateTime;

/// Counts what is read: each question, and each event beyond the first of its answer.
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
        let events = self.log.read_subject(subject, from).await?;
        self.reads.fetch_add(events.len().max(1), Ordering::SeqCst);
        Ok(events)
    }

    async fn events_of(&self, command: CommandId, until: Sequence) -> Result<Vec<RecordedEvent>, ReadError> {
        self.log.events_of(command, until).await
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
        allowance: Allowance::Quota,
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
    let executor = Executor::new(Arc::<Counting>::clone(&log));
    executor.execute(execution(7), post(7)).await.expect("posted");
    assert_eq!(log.take(), 2, "the author's account, and what moderators decided about it");
    for _ in 0..100 {
        executor.execute(execution(7), post(7)).await.expect("posted");
    }
    assert_eq!(log.take(), 0);
}

#[tokio::test]
async fn a_like_reads_the_last_reaction_and_what_is_not_known_yet() {
    let log = Arc::new(Counting { log: InMemoryLog::new(Shard(0)), reads: AtomicUsize::new(0) });
    let executor = Executor::new(Arc::<Counting>::clone(&log));
    let message = executor.execute(execution(7), post(7)).await.expect("posted").outcome.message;
    let like = |account| ChangeReaction {
        kind: ReactionKind::Like,
        account,
        message,
        desired: DesiredState::Set,
        original_time: None,
    };
    log.take();
    executor.execute(execution(8), like(account(8))).await.expect("liked");
    let first = "account, what moderators decided, message, its bucket, reactions, blocks by either";
    assert_eq!(log.take(), 7, "{first}");
    executor.execute(execution(8), like(account(8))).await.expect("liked");
    assert_eq!(log.take(), 3, "the reactions, and for a like that is there the blocks by either anew");
}

/// However much its author posted and edited in the meantime.
#[tokio::test]
async fn an_edit_reads_the_message_and_its_bucket() {
    let log = Arc::new(Counting { log: InMemoryLog::new(Shard(0)), reads: AtomicUsize::new(0) });
    let executor = Executor::new(Arc::<Counting>::clone(&log));
    let first = executor.execute(execution(7), post(7)).await.expect("posted").outcome.message;
    let edit = |message, number: usize| {
        MessageCommand::Edit(EditMessage {
            actor: Actor { account: account(7), is_admin: false },
            message,
            expected: ExpectedEdition::Any,
            text: Some(text(&format!("edit {number}"))),
            tags: None,
            original_time: None,
        })
    };
    for number in 0..300 {
        let message = executor.execute(execution(7), post(7)).await.expect("posted").outcome.message;
        executor.execute(execution(7), edit(message, number)).await.expect("edited");
    }
    log.take();
    executor.execute(execution(7), edit(first, 0)).await.expect("edited");
    let reads = log.take();
    assert!(reads <= 3, "{reads} reads: the message, its bucket, perhaps one message more");
}
