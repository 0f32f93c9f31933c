//! What may happen in Rookery: identifiers, values, commands, events, rejections, and the aggregates that decide.
//!
//! Everything here is pure. This crate does not know NATS, SQL or HTTP, reads no clock and makes no random numbers:
//! time, ids and look-ups arrive as arguments.

pub mod account;
mod dropped;
pub mod edge;
mod event;
pub mod graph;
mod handle;
pub mod handle_claim;
mod ids;
pub mod inbox;
pub mod message;
pub mod moderation;
mod note;
mod original_time;
mod password;
mod profile;
pub mod reaction;
pub mod report;
mod tag;
mod text;
mod token;
pub mod unicode;

pub use dropped::{DropReason, DropRejection, DroppedPositions};
pub use event::*;
pub use handle::{Handle, HandleRejection};
pub use ids::{AccountId, CommandId, EventId, IdError, MessageId, Position, SHARD_BITS, Sequence, Shard};
pub use note::{Note, NoteRejection};
pub use original_time::{Beginning, OriginalTime, TimeRejection};
pub use password::{Password, PasswordRejection};
pub use profile::{Bio, DisplayName, ProfileRejection};
pub use tag::{Tag, TagRejection, Tags};
pub use text::{Text, TextRejection};
pub use token::Token;

/// A rule that a command broke. Its name is public: it goes to clients as the error code and never changes.
pub trait Rejection: std::error::Error {
    /// Name of the rule, such as `TextMustNotBeEmpty`.
    fn code(&self) -> &'static str;
}
