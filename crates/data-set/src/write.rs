//! What the reducers write: rows and checkpoint of one batch, in one transaction.
//!
//! ```text
//!   begin ─ fence ─ rows ─ counts ─ parked ─ commit
//! ```
//!
//! The fence moves the checkpoint from the batch's begin to its end and locks its row. A worker that does not find the
//! checkpoint where its batch begins changes nothing. A crash at any point leaves either all of the batch or none.
//!
//! `synchronous_commit` is off: a lost commit takes its checkpoint along, and the batch is folded again.

mod checkpoint;
mod columns;
mod connect;
mod copy_rows;
mod counter_deltas;
mod counts;
mod error;
mod feeds;
mod heartbeat;
mod history;
mod messages;
pub mod parked;
mod schema;
mod social;
mod stats;
mod step;

pub use checkpoint::{Checkpoint, ProjectionKey, look, resume};
pub use connect::{PATIENCE_MAX, PATIENCE_MIN, connect};
pub use error::WriteError;
pub use feeds::{
    Audience, BlockKey, EntryRow, FanOutLimit, FeedChanges, FeedSegment, FollowKey, FollowRow, RepostKey,
};
pub use heartbeat::{Heartbeat, beat, refuse};
pub use history::{
    BlockedRow, EndedRow, EventTimeRow, HistoryBatch, HistoryChanges, HistoryEditionRow, HistoryMessageRow,
    HistorySegment, IntervalChanges, IntervalRow, MessageEnd,
};
pub use messages::{DeletedRow, EditedRow, EditionRow, MessageChanges, PostedRow};
pub use parked::{ParkedEvent, Reason};
pub use schema::schema;
pub use social::{
    Changes, DeactivatedRow, EdgeChanges, EdgeRow, ModerationRow, ProfileRow, ReadMarkerRow, RegisteredRow,
    ReportRow, ResolutionRow, SocialSegment,
};
pub use step::Step;

/// For the folds whose tables may grow by millions of rows before anybody analyses them.
const ONE_PLAN: &str = include_str!("write/one_plan.sql");
