//! Accounts that want nothing to do with each other. Their follows of each other end as if both had taken them back.

use postgres_kit::Connection;

use super::edges::{self, Edges};
use super::rows::{BlockedRow, EndedRow, IntervalChanges};
use crate::write::error::WriteError;

/// Index: blocked_pk.
const UNBLOCK: &str = "delete from blocked where blocker = $1 and blocked = $2";

pub(super) async fn block(connection: &mut Connection, row: &BlockedRow) -> Result<(), WriteError> {
    let BlockedRow { blocker, blocked, position, at } = *row;
    let end = |from, to| EndedRow { from, to, position, at };
    let ended = vec![end(blocker, blocked), end(blocked, blocker)];
    edges::change(connection, Edges::Follows, &IntervalChanges { ended, begun: Vec::new() }).await?;
    sqlx::query(include_str!("block/insert.sql"))
        .bind(blocker)
        .bind(blocked)
        .bind(position)
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn unblock(
    connection: &mut Connection,
    blocker: i64,
    blocked: i64,
) -> Result<(), WriteError> {
    sqlx::query(UNBLOCK).bind(blocker).bind(blocked).execute(connection).await?;
    Ok(())
}
