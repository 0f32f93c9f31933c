//! What is in the log is never answered as if it were not.

use std::sync::Arc;

use async_trait::async_trait;
use dispatcher::decision::ExecuteError;
use dispatcher::executor::{Allowance, Execution, Executor};
use domain::message::{MessageCommand, PostMessage};
use domain::{AccountId, CommandId, Sequence, Shard, Tags, Text};
use event_store::{
    AppendError, Appended, Cause, EventLog, InMemoryLog, Lineage, NewEvent, ReadError, RecordedEvent,
    Subject, Tail,
};
use time::OffsetDateTime;

/// An append whose first answer was lost, on a broker that cannot be read yet when it knows the repetition.
#[derive(Debug)]
struct Unreadable(InMemoryLog);

#[async_trait]
impl EventLog for Unreadable {
    fn shard(&self) -> Shard {
        self.0.shard()
    }

    fn lineage(&self) -> Lineage {
        self.0.lineage()
    }

    async fn append(&self, command: CommandId, events: Vec<NewEvent>) -> Result<Appended, AppendError> {
        self.0.append(command, events.clone()).await?;
        self.0.append(command, events).await
    }

    async fn head(&self) -> Result<Sequence, ReadError> {
        self.0.head().await
    }

    async fn read(&self, _sequence: Sequence) -> Result<Option<RecordedEvent>, ReadError> {
        Err(ReadError::Unavailable(Cause::new("no majority")))
    }

    async fn read_subject(&self, subject: Subject, from: Sequence) -> Result<Vec<RecordedEvent>, ReadError> {
        self.0.read_subject(subject, from).await
    }

    async fn events_of(&self, command: CommandId, until: Sequence) -> Result<Vec<RecordedEvent>, ReadError> {
        self.0.events_of(command, until).await
    }

    async fn tail(&self, after: Sequence) -> Result<Tail, ReadError> {
        self.0.tail(after).await
    }
}

#[tokio::test]
async fn an_event_that_cannot_be_read_back_leaves_the_outcome_open() {
    let log = Arc::new(Unreadable(InMemoryLog::new(Shard(0))));
    let executor = Executor::new(Arc::<Unreadable>::clone(&log));
    let author = AccountId::from_i64(7).expect("positive");
    let execution = Execution {
        actor: author,
        allowance: Allowance::Quota,
        now: OffsetDateTime::now_utc(),
        idempotency: None,
        correlation: "test".to_owned(),
        trace_parent: None,
    };
    let post = MessageCommand::Post(PostMessage {
        author,
        text: Text::parse("x").expect("a text"),
        tags: Tags::default(),
        in_reply_to: None,
        original_time: None,
    });
    let answer = executor.execute(execution, post).await;
    assert!(matches!(answer, Err(ExecuteError::Append(AppendError::Unknown(_)))), "{answer:?}");
    assert_eq!(log.head().await.expect("a head").get(), 1, "it is there");
}
