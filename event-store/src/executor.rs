//! From a command to events in the log: load, decide, append; again on a conflict; once per idempotency key.
//!
//! Replaces `cqrs_es::CqrsFramework`, which returns nothing and never retries. A decision whose events were not stored
//! is thrown away with its context.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, AggregateError, EventEnvelope, EventStore};
use domain::message::{Message, MessageCommand, MessageRejection};
use domain::{AccountId, CommandId, MessageEvent, MessageId, Position, Sequence};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::claims::{Claim, ClaimError, ClaimName, Claims, HeldClaim, Opened};
use crate::contract::{AppendError, EventLog, ReadError};
use crate::envelope::TraceParent;
use crate::message_store::{self, MessageStore, NEW_MESSAGE, POSITION, Stamp};
use crate::subject::Subject;

/// Decisions per command when others keep appending in between.
const DECISIONS_MAX: usize = 5;
/// Commands on one message run one after the other within a process, so that they conflict only across processes.
const LOCKS: usize = 64;

/// A key that makes a command safe to repeat, and the digest of the request that it was first used for.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    pub key: String,
    pub fingerprint: [u8; 32],
}

/// Who commands, when and why.
#[derive(Debug, Clone)]
pub struct Execution {
    pub actor: AccountId,
    pub now: OffsetDateTime,
    pub idempotency: Option<IdempotencyKey>,
    /// The request's id.
    pub correlation: String,
    pub trace_parent: Option<TraceParent>,
}

/// What a command came to; what its repetitions are answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub message: MessageId,
    pub edition: u32,
    /// Position of the command's event, or where nothing had to change, of what it was decided on.
    position: i64,
}

impl Outcome {
    pub fn position(&self) -> Position {
        Position::from_i64(self.position).unwrap_or_default()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executed {
    pub outcome: Outcome,
    pub repeated: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    #[error("the command was rejected")]
    Rejected(#[source] MessageRejection),
    #[error("the idempotency key was used for another request")]
    KeyReused,
    #[error("others kept changing the same outbox")]
    Contended,
    #[error("the append failed")]
    Append(#[source] AppendError),
    #[error("the log could not be read")]
    Read(#[source] ReadError),
    #[error("the idempotency claims could not be used")]
    Claims(#[source] ClaimError),
    #[error("the command could not be carried out")]
    Unexpected(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ExecuteError {
    /// Whether the command may still have been, or come to be, carried out.
    fn is_open(&self) -> bool {
        match self {
            Self::Append(AppendError::Unknown(_)) | Self::Unexpected(_) | Self::Read(_) => true,
            Self::Append(
                AppendError::Conflict
                | AppendError::Refused(_)
                | AppendError::Full(_)
                | AppendError::Unavailable(_),
            )
            | Self::Rejected(_)
            | Self::KeyReused
            | Self::Contended
            | Self::Claims(_) => false,
        }
    }
}

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

    async fn execute_once(
        &self,
        execution: &Execution,
        key: &IdempotencyKey,
        command: &MessageCommand,
    ) -> Result<Executed, ExecuteError> {
        let id = CommandId::derived(execution.actor, &key.key);
        let held = match self.claim(execution.actor, key).await? {
            Opened::Made(held) => held,
            Opened::Found(held) => {
                if held.claim.fingerprint != hexadecimal(&key.fingerprint) {
                    return Err(ExecuteError::KeyReused);
                }
                if let Some(outcome) = held.claim.outcome {
                    return Ok(Executed { outcome, repeated: true });
                }
                if let Some(outcome) = self.find_own(id, command, held.claim.since()).await? {
                    self.complete(&held, &outcome).await;
                    return Ok(Executed { outcome, repeated: true });
                }
                held
            }
        };
        let decided = self.decide(execution, id, command).await;
        // A twin may have been faster: then its event is what made this decision a refusal, or a change of nothing.
        let is_new_message = matches!(command, MessageCommand::Post(_));
        if !is_new_message && !matches!(&decided, Err(error) if error.is_open()) {
            if let Some(outcome) = self.find_own(id, command, held.claim.since()).await? {
                self.complete(&held, &outcome).await;
                return Ok(Executed { outcome, repeated: false });
            }
        }
        match decided {
            Ok(outcome) => {
                self.complete(&held, &outcome).await;
                Ok(Executed { outcome, repeated: false })
            }
            Err(error) => {
                if !error.is_open()
                    && let Err(error) = self.claims.release(&held).await
                {
                    tracing::debug!(%error, "a claim stays pending after a refusal");
                }
                Err(error)
            }
        }
    }

    async fn claim(&self, actor: AccountId, key: &IdempotencyKey) -> Result<Opened, ExecuteError> {
        let name = ClaimName::new(actor, &key.key);
        let since = self.log.head().await.map_err(ExecuteError::Read)?;
        let claim = Claim::pending(hexadecimal(&key.fingerprint), since);
        self.claims.open(name, claim).await.map_err(ExecuteError::Claims)
    }

    /// The claim is a memory aid: without it the next retry searches the log.
    async fn complete(&self, held: &HeldClaim, outcome: &Outcome) {
        if let Err(error) = self.claims.complete(held, outcome).await {
            tracing::warn!(%error, "an idempotency claim stays pending");
        }
    }

    /// The command's own event behind a sequence, as an outcome.
    async fn find_own(
        &self,
        id: CommandId,
        command: &MessageCommand,
        since: Sequence,
    ) -> Result<Option<Outcome>, ExecuteError> {
        let Some(subject) = self.subject(command).await? else { return Ok(None) };
        let recorded = self.log.read_subject(subject, since.next()).await.map_err(ExecuteError::Read)?;
        Ok(recorded
            .iter()
            .filter(|recorded| recorded.envelope.as_ref().is_some_and(|own| own.command == id))
            .find_map(|recorded| {
                Some(outcome_of(&message_store::message_event(recorded)?, recorded.position))
            }))
    }

    async fn subject(&self, command: &MessageCommand) -> Result<Option<Subject>, ExecuteError> {
        let message = match command {
            MessageCommand::Post(command) => return Ok(Some(self.messages.outbox(command.author))),
            MessageCommand::Edit(command) => command.message,
            MessageCommand::Delete(command) => command.message,
        };
        let author = self.messages.author_of(message).await.map_err(ExecuteError::Read)?;
        Ok(author.map(|author| self.messages.outbox(author)))
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
                Ok(committed) => return committed_outcome(&committed),
                Err(AggregateError::AggregateConflict) => {}
                Err(error) => return Err(from_store(error)),
            }
        }
        Err(ExecuteError::Contended)
    }

    fn unchanged(&self, target: Option<MessageId>, context: &message_store::MessageContext) -> Outcome {
        let position = Position::new(context.through, self.log.shard());
        let edition = match &context.message {
            Message::Standing(standing) => standing.edition,
            Message::Unknown | Message::Deleted { .. } => 0,
        };
        Outcome { message: target.unwrap_or(MessageId::at(position)), edition, position: position.get() }
    }

    fn lock_of(&self, message: MessageId) -> &Mutex<()> {
        let mut hasher = DefaultHasher::new();
        message.hash(&mut hasher);
        // The remainder is below LOCKS.
        &self.locks[(hasher.finish() % LOCKS as u64) as usize]
    }
}

fn committed_outcome(committed: &[EventEnvelope<Message>]) -> Result<Outcome, ExecuteError> {
    let broken = || ExecuteError::Unexpected("a commit came back without a position".into());
    let last = committed.last().ok_or_else(broken)?;
    let position = last.metadata.get(POSITION).and_then(|text| text.parse().ok()).ok_or_else(broken)?;
    Ok(outcome_of(&last.payload, Position::from_i64(position).ok_or_else(broken)?))
}

fn outcome_of(event: &MessageEvent, position: Position) -> Outcome {
    let (message, edition) = match event {
        MessageEvent::Posted(_) => (MessageId::at(position), 1),
        MessageEvent::Edited(edited) => (edited.message, edited.edition),
        MessageEvent::Deleted(deleted) => (deleted.message, 0),
    };
    Outcome { message, edition, position: position.get() }
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

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
