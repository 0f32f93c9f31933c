//! Row changes of the projection `history`, and how they are written: what was there, from which position to which.
//!
//! A row begins with the event that made it, and gets its end from the first event behind that which ended it. Where
//! statements ask what was there, they ask for the moment of their event; so they change nothing when they run again.
//! The changes of a segment are applied in the order of the fields of [`HistoryChanges`].

mod block;
mod deactivate;
mod edges;
mod event_times;
mod messages;
mod rows;
mod tag_changes;

use fail_points::crash_point;
use postgres_kit::Connection;

use super::ONE_PLAN;
use super::error::WriteError;

pub(super) use messages::authors;
pub use rows::{
    BlockedRow, EndedRow, EventTimeRow, HistoryBatch, HistoryChanges, HistoryEditionRow, HistoryMessageRow,
    HistorySegment, IntervalChanges, IntervalRow, MessageEnd,
};

use self::edges::Edges;

pub(super) async fn write(connection: &mut Connection, batch: &HistoryBatch) -> Result<(), WriteError> {
    sqlx::query(ONE_PLAN).execute(&mut *connection).await?;
    event_times::write(connection, &batch.event_times).await?;
    for segment in &batch.segments {
        match segment {
            HistorySegment::Changes(changes) => apply(connection, changes).await?,
            HistorySegment::Blocked(row) => block::block(connection, row).await?,
            HistorySegment::Unblocked { blocker, blocked } => {
                block::unblock(connection, *blocker, *blocked).await?;
            }
            HistorySegment::Deactivated { account, position, at } => {
                deactivate::deactivate(connection, *account, *position, *at).await?;
            }
        }
        crash_point("history-after-segment");
    }
    Ok(())
}

async fn apply(connection: &mut Connection, changes: &HistoryChanges) -> Result<(), WriteError> {
    messages::post(connection, &changes.posted).await?;
    messages::edit(connection, &changes.edited).await?;
    edges::change(connection, Edges::Follows, &changes.follows).await?;
    edges::change(connection, Edges::Likes, &changes.likes).await?;
    edges::change(connection, Edges::Reposts, &changes.reposts).await?;
    messages::delete(connection, &changes.deleted).await
}
