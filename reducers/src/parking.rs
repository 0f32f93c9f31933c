//! What keeps an event that cannot be folded from doing harm: it is parked, and every later event that conflicts with
//! it waits. All others are folded.
//!
//! Each projection says in its `conflicts` which keys an event uses. A later event waits if it conflicts with one that
//! is parked or waits already. So the rows are at any moment those of the log without these events, and folding these
//! later, in their order, gives the rows of the whole log.
//!
//! Keys that the event does not say are looked up in the rows as they are just before the event, so the same events
//! wait however the log is cut into batches.
//!
//! An operator's process tries parked events again ([`retry()`]). The worker itself passes them all when it reaches an
//! event that drops others (`settle`).

mod choose;
mod chunk;
mod chunk_length;
mod chunk_limit;
mod classify;
mod context;
mod examples;
mod look_up;
mod parked_event;
mod parked_keys;
mod plan;
mod released;
mod retry;
mod too_late;
mod undecodable;
mod walk;

pub use self::choose::{Choice, Chosen, choose};
pub(crate) use self::chunk_length::chunk_length;
pub(crate) use self::chunk_limit::ChunkLimit;
pub(crate) use self::classify::{Classified, classify};
pub(crate) use self::context::FoldContext;
pub(crate) use self::look_up::look_up;
pub(crate) use self::parked_event::{parked_event, pass_over, undecodable};
pub(crate) use self::parked_keys::ParkedKeys;
pub use self::parked_keys::conflict;
pub use self::released::{ReleaseError, Released};
pub use self::retry::retry;
pub(crate) use self::retry::settle;
pub(crate) use self::too_late::too_late;
pub(crate) use self::undecodable::{keys_of_refused, keys_of_undecodable};
