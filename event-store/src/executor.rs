//! From a command to events in the log: load, decide, append; again on a conflict; once per idempotency key.
//!
//! Replaces `cqrs_es::CqrsFramework`, which returns nothing and never retries. A decision whose events were not stored
//! is thrown away with its context.

mod once;
mod outcome;

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, AggregateError, EventStore};
use domain::message::{Message, MessageCommand, MessageRejection};
use domain::{CommandId, MessageId, Position};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::claims::Claims;
use crate::contract::{AppendError, EventLog, ReadError};
use crate::message_store::{MessageContext, MessageStore, NEW_MESSAGE, Stamp};

pub use self::outcome::{ExecuteError, Executed, Execution, IdempotencyKey, Outcome};

/// Decisions per command when others keep appending in between.
const DECISIONS_MAX: usize = 5;
/// Commands on one message run one after the other within a process, so that they conflict only across processes.
const LOCKS: usize = 64;

#[derive(Debug)]
pub struct Executor {
    log: Arc<dyn EventLog>,
    messages: MessageStore,
    claims: Arc<dyn Claims>,
    locks: [Mutex<()>; LOCKS],
}

impl Executor {
    pub fn new(log: Arc<dyn EventLog>, claims: Arc<dyn Claims>) -> Self {
        let messages = MessageStore::new(Arc::clone(&log));
        Self { log, messages, claims, locks: std::array::from_fn(|_| Mutex::new(())) }
    }

    /// Whether the log knows a message of that id. One that was deleted since is still known.
    pub async fn message_exists(&self, id: MessageId) -> Result<bool, ReadError> {
        Ok(self.messages.author_of(id).await?.is_some())
    }

    /// Carries a command out. Cancelling the future leaves the outcome unknown; run it in a task of its own.
    pub async fn execute(
        &self,
        execution: Execution,
        command: MessageCommand,
    ) -> Result<Executed, ExecuteError> {
        match execution.idempotency.clone() {
            None => {
                let outcome = self.decide(&execution, CommandId(Uuid::now_v7()), &command).await?;
                Ok(Executed { outcome, repeated: false })
            }
            Some(key) => self.execute_once(&execution, &key, &command).await,
        }
    }

    /// Loads, decides and appends, again while others are faster.
    async fn decide(
        &self,
        execution: &Execution,
        id: CommandId,
        command: &MessageCommand,
    ) -> Result<Outcome, ExecuteError> {
        let target = match command {
            MessageCommand::Post(_) => None,
            MessageCommand::Edit(command) => Some(command.message),
            MessageCommand::Delete(command) => Some(command.message),
        };
        let _turn = match target {
            Some(message) => Some(self.lock_of(message).lock().await),
            None => None,
        };
        let name = target.map_or_else(|| NEW_MESSAGE.to_owned(), |message| message.to_string());
        for _ in 0..DECISIONS_MAX {
            let mut context = self.messages.load_aggregate(&name).await.map_err(from_store)?;
            let sink = EventSink::default();
            context.message.handle(command.clone(), &(), &sink).await.map_err(ExecuteError::Rejected)?;
            let events = sink.collect().await;
            if events.is_empty() {
                return Ok(self.unchanged(target, &context));
            }
            context.stamp = Some(Stamp {
                command: id,
                actor: execution.actor,
                correlation: execution.correlation.clone(),
                trace_parent: execution.trace_parent.clone(),
                time: execution.now,
            });
            match self.messages.commit(events, context, std::collections::HashMap::new()).await {
                Ok(committed) => return Outcome::of_commit(&committed),
                Err(AggregateError::AggregateConflict) => {}
                Err(error) => return Err(from_store(error)),
            }
        }
        Err(ExecuteError::Contended)
    }

    fn unchanged(&self, target: Option<MessageId>, context: &MessageContext) -> Outcome {
        let position = Position::new(context.through, self.log.shard());
        let edition = match &context.message {
            Message::Standing(standing) => standing.edition,
            Message::Unknown | Message::Deleted { .. } => 0,
        };
        Outcome::unchanged(target.unwrap_or(MessageId::at(position)), edition, position)
    }

    fn lock_of(&self, message: MessageId) -> &Mutex<()> {
        let mut hasher = DefaultHasher::new();
        message.hash(&mut hasher);
        // The remainder is below LOCKS.
        &self.locks[(hasher.finish() % LOCKS as u64) as usize]
    }
}

fn from_store(error: AggregateError<MessageRejection>) -> ExecuteError {
    let source = match error {
        AggregateError::UserError(rejection) => return ExecuteError::Rejected(rejection),
        AggregateError::AggregateConflict => return ExecuteError::Contended,
        AggregateError::DatabaseConnectionError(source)
        | AggregateError::DeserializationError(source)
        | AggregateError::UnexpectedError(source) => source,
    };
    match source.downcast::<AppendError>() {
        Ok(append) => ExecuteError::Append(*append),
        Err(source) => match source.downcast::<ReadError>() {
            Ok(read) => ExecuteError::Read(*read),
            Err(source) => ExecuteError::Unexpected(source),
        },
    }
}
