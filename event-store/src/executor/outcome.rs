//! What goes into an execution and what comes out of it.

use cqrs_es::EventEnvelope;
use domain::message::{Message, MessageRejection};
use domain::{AccountId, MessageEvent, MessageId, Position};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::claims::ClaimError;
use crate::contract::{AppendError, ReadError};
use crate::envelope::TraceParent;
use crate::message_store::POSITION;

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
    pub(super) fn is_open(&self) -> bool {
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

impl Outcome {
    /// Of a command that had nothing to change.
    pub(super) fn unchanged(message: MessageId, edition: u32, decided_on: Position) -> Self {
        Self { message, edition, position: decided_on.get() }
    }

    pub(super) fn of_event(event: &MessageEvent, position: Position) -> Self {
        let (message, edition) = match event {
            MessageEvent::Posted(_) => (MessageId::at(position), 1),
            MessageEvent::Edited(edited) => (edited.message, edited.edition),
            MessageEvent::Deleted(deleted) => (deleted.message, 0),
        };
        Self { message, edition, position: position.get() }
    }

    pub(super) fn of_commit(committed: &[EventEnvelope<Message>]) -> Result<Self, ExecuteError> {
        let broken = || ExecuteError::Unexpected("a commit came back without a position".into());
        let last = committed.last().ok_or_else(broken)?;
        let position = last.metadata.get(POSITION).and_then(|text| text.parse().ok()).ok_or_else(broken)?;
        Ok(Self::of_event(&last.payload, Position::from_i64(position).ok_or_else(broken)?))
    }
}
