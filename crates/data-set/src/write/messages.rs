//! Row changes of messages, and how they are written: one statement per table and kind of change.

mod answer;
mod copy;
mod delete;
mod edit;
mod insert;
mod rows;
mod settle;

use fail_points::crash_point;
use postgres_kit::Connection;

use self::edit::{edit, supersede};
use self::insert::insert;
use super::counter_deltas::CounterDeltas;
use super::error::WriteError;

pub(super) use delete::delete;
pub use rows::{DeletedRow, EditedRow, EditionRow, MessageChanges, PostedRow};

pub(super) async fn write(
    connection: &mut Connection,
    changes: &MessageChanges,
    deltas: &mut CounterDeltas,
) -> Result<(), WriteError> {
    if !changes.posted.is_empty() {
        insert(connection, &changes.posted, deltas).await?;
        crash_point("after-insert");
    }
    if !changes.edited.is_empty() {
        edit(connection, &changes.edited, &mut deltas.counts).await?;
        crash_point("after-edit");
    }
    if !changes.superseded.is_empty() {
        supersede(connection, &changes.superseded).await?;
    }
    if !changes.deleted.is_empty() {
        delete(connection, &changes.deleted, deltas).await?;
        crash_point("after-delete");
    }
    Ok(())
}

/// The authors of messages. Index: message_pk.
const AUTHORS: &str = "select id, author from message where id = any($1::bigint[])";

/// The authors of messages that are there, by message.
pub(super) async fn authors(
    connection: &mut Connection,
    messages: &[i64],
) -> Result<Vec<(i64, i64)>, WriteError> {
    Ok(sqlx::query_as(AUTHORS).bind(messages).fetch_all(connection).await?)
}
