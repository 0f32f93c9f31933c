//! The data as it was at a moment of the past.
//!
//! What was there, in which edition, with which tags, and what was done to it follows from the projection `history`, and
//! never changes any more. Texts are taken from `social`: of a message that was deleted since there is none, and it is
//! shown as deleted. Names of accounts, and who may see what, are those of today.

mod count_messages;
mod cutoff;
mod get_message;
mod list_messages;
mod position;
mod top_tags;

pub use count_messages::{COUNTED_ENTRIES_MAX, bucket_counts_as_of, count_messages_as_of};
pub use cutoff::{AsOf, Cutoff, FoundCutoff, find_cutoff};
pub use get_message::get_message_as_of;
pub use list_messages::list_messages_as_of;
pub use position::as_of_position;
pub use top_tags::top_tags_as_of;
