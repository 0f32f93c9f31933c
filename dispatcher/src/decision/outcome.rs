//! Outcomes of commands.

use domain::{AccountId, Bio, DisplayName, Handle, MessageId, Position};
use event_store::{AppendError, QuotaExceeded, ReadError};

use super::Outcome;

/// The outcome of a command on a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageOutcome {
    pub message: MessageId,
    /// 0 where the message is gone.
    pub edition: u32,
    position: i64,
}

/// The outcome of a command on an account: the account as it is from then on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountOutcome {
    pub account: AccountId,
    pub handle: Handle,
    pub display_name: DisplayName,
    pub bio: Bio,
    pub(crate) position: Position,
}

/// The outcome of a command that only answers that it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    pub(crate) position: Position,
}

impl MessageOutcome {
    pub(crate) fn new(message: MessageId, edition: u32, position: Position) -> Self {
        Self { message, edition, position: position.get() }
    }

    pub fn position(&self) -> Position {
        Position::from_i64(self.position).unwrap_or_default()
    }
}

impl Outcome for MessageOutcome {
    fn position(&self) -> Position {
        self.position()
    }
}

impl Outcome for AccountOutcome {
    fn position(&self) -> Position {
        self.position
    }
}

impl Outcome for Done {
    fn position(&self) -> Position {
        self.position
    }
}

/// `R`: the rejections of the command's own rules.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError<R> {
    #[error("the command was rejected")]
    Rejected(R),
    #[error("the account that acts was given up")]
    ActorDeactivated,
    #[error("the idempotency key was used for another request")]
    KeyReused,
    #[error("others kept changing the same thing")]
    Contended,
    #[error("the log has no more than its reserve")]
    DownToReserve,
    #[error(transparent)]
    QuotaExceeded(QuotaExceeded),
    #[error("the append failed")]
    Append(#[source] AppendError),
    #[error("the log could not be read")]
    Read(#[source] ReadError),
    #[error("the account's credential could not be kept")]
    Credential(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the command could not be carried out")]
    Unexpected(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl<R> ExecuteError<R> {
    /// Whether the command may have been carried out, or still be carried out.
    pub(crate) fn is_open(&self) -> bool {
        match self {
            Self::Append(AppendError::Unknown(_)) | Self::Unexpected(_) | Self::Read(_) => true,
            Self::Append(
                AppendError::Conflict
                | AppendError::Refused(_)
                | AppendError::Full(_)
                | AppendError::Unavailable(_),
            )
            | Self::Rejected(_)
            | Self::ActorDeactivated
            | Self::KeyReused
            | Self::Contended
            | Self::DownToReserve
            | Self::QuotaExceeded(_)
            | Self::Credential(_) => false,
        }
    }
}
