//! What a log answers when it does not do what it was asked.

use crate::cause::Cause;

use super::{LOG_FORMAT, Lineage};

#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The subject has other events than expected. Definite.
    #[error("the subject's last sequence is not the expected one")]
    Conflict,
    /// The broker refused. Definite; the same append will be refused again.
    #[error("the log refused the append: {0}")]
    Refused(#[source] Cause),
    /// The log has reached its configured size, or the disk is full. Definite; an operator has to act.
    #[error("the log is full: {0}")]
    Full(#[source] Cause),
    /// The broker cannot be reached, and nothing was sent. Definite; try later.
    #[error("the log cannot be reached: {0}")]
    Unavailable(#[source] Cause),
    /// No answer came in time. The events may be in the log or may yet arrive there.
    #[error("the outcome of the append is unknown: {0}")]
    Unknown(#[source] Cause),
}

#[derive(Debug, Clone, thiserror::Error)]
pub enum ReadError {
    #[error("the log cannot be read: {0}")]
    Unavailable(#[source] Cause),
    #[error("this is another log: expected lineage {expected}, found {found}")]
    OtherLineage { expected: Lineage, found: Lineage },
    #[error("the log has no event {after} to go on from; its last one is {head}")]
    BehindCheckpoint { after: u64, head: u64 },
    #[error(
        "the log has another event at sequence {0} than the one that was read there: it lost its end and grew again"
    )]
    OtherEvent(u64),
    #[error("the log skipped from sequence {expected} to {found}")]
    Gap { expected: u64, found: u64 },
}

impl ReadError {
    /// Whether the log is not, or no longer, the one that was known: no waiting helps, an operator has to act.
    pub fn is_of_wrong_log(&self) -> bool {
        match self {
            Self::OtherLineage { .. } | Self::BehindCheckpoint { .. } | Self::OtherEvent(_) => true,
            Self::Unavailable(_) | Self::Gap { .. } => false,
        }
    }
}

/// Why a log is not opened at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the broker cannot be reached: {0}")]
    Unavailable(#[source] Cause),
    #[error("stream {stream} can lose events: {}", problems.join("; "))]
    CanLoseEvents { stream: String, problems: Vec<String> },
    #[error(
        "stream {stream} holds a log of format {found}, and this program knows {LOG_FORMAT}: run the release that made it"
    )]
    OtherFormat { stream: String, found: String },
    #[error("stream {stream} is not the one remembered: expected lineage {expected}, found {found}")]
    OtherLineage { stream: String, expected: Lineage, found: Lineage },
    #[error(
        "the broker may not reserve the room that {stream} asks for ({reason}): let it use more of its disk \
         (max_file_store; `rookery up`: --store-bytes), or ask for less"
    )]
    NoRoom {
        stream: String,
        #[source]
        reason: Cause,
    },
    #[error("this program was built without the feature {0:?}, which a log at such an address needs")]
    NotBuilt(&'static str),
    #[error("the broker is too old: {found}; at least {required} is needed")]
    OldBroker { found: String, required: &'static str },
}
