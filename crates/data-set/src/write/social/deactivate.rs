//! An account that was given up: everything that it made and did goes, and what others did to it.
//!
//! Nothing here knows how an edge or a message is undone; the account's edges and messages are listed, in chunks, and
//! undone as if each of them had been taken back. Chunks bound the memory and the time of a single statement, which
//! has a time limit, for an account of any size; all of them are one transaction.

use domain::ReactionKind;
use postgres_kit::Connection;
use time::OffsetDateTime;

use super::edges::{self, EdgeKind};
use crate::write::counter_deltas::CounterDeltas;
use crate::write::error::WriteError;
use crate::write::messages::{self, DeletedRow};

/// Rows that are undone by one statement.
const CHUNK: i64 = 5_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeactivatedRow {
    pub account: i64,
    pub deactivated_at: OffsetDateTime,
    pub position: i64,
}

/// The next followers of an account. Index: follow_by_followee, a range of it.
const FOLLOWERS: &str = "select follower, followee, position from follow \
    where followee = $1 and position > $2 order by position limit $3";

/// The next accounts that an account follows. Index: follow_by_follower, a range of it.
const FOLLOWING: &str = "select follower, followee, position from follow \
    where follower = $1 and position > $2 order by position limit $3";

/// The next accounts that an account blocks, and that block it. Indexes: blocked_by_blocker, blocked_by_blocked, a range of
/// each.
const BLOCKS: [&str; 2] = [
    "select blocker, blocked, position from blocked \
        where blocker = $1 and position > $2 order by position limit $3",
    "select blocker, blocked, position from blocked \
        where blocked = $1 and position > $2 order by position limit $3",
];

/// The same of mutes. Indexes: muted_by_muter, muted_by_muted, a range of each.
const MUTES: [&str; 2] = [
    "select muter, muted, position from muted \
        where muter = $1 and position > $2 order by position limit $3",
    "select muter, muted, position from muted \
        where muted = $1 and position > $2 order by position limit $3",
];

pub(super) async fn deactivate(
    connection: &mut Connection,
    row: &DeactivatedRow,
    deltas: &mut CounterDeltas,
) -> Result<(), WriteError> {
    // Messages first: they take the edges to them along, which then need not be looked for.
    delete_messages(connection, row, deltas).await?;
    for kind in ReactionKind::ALL {
        let list = edges::next_of_account(kind);
        remove_edges(connection, row.account, EdgeKind::Reaction(kind), list, deltas).await?;
    }
    let lists =
        [(EdgeKind::Follow, [FOLLOWING, FOLLOWERS]), (EdgeKind::Block, BLOCKS), (EdgeKind::Mute, MUTES)];
    for (kind, [own, of_others]) in lists {
        remove_edges(connection, row.account, kind, own, deltas).await?;
        remove_edges(connection, row.account, kind, of_others, deltas).await?;
    }
    delete_notifications(connection, row.account).await?;
    // Last, because the tombstones above are those of an account that is not yet former.
    sqlx::query(include_str!("deactivate/leave.sql"))
        .bind(row.account)
        .bind(row.deactivated_at)
        .execute(connection)
        .await?;
    Ok(())
}

async fn delete_messages(
    connection: &mut Connection,
    row: &DeactivatedRow,
    deltas: &mut CounterDeltas,
) -> Result<(), WriteError> {
    // Each chunk begins behind the one before: the rows deleted so far would have to be passed over again.
    let mut behind: Option<(OffsetDateTime, i64)> = None;
    loop {
        let found: Vec<(OffsetDateTime, i64)> = sqlx::query_as(include_str!("deactivate/messages.sql"))
            .bind(row.account)
            .bind(behind.map(|(created_at, _)| created_at))
            .bind(behind.map(|(_, id)| id))
            .bind(CHUNK)
            .fetch_all(&mut *connection)
            .await?;
        let Some(last) = found.last() else { return Ok(()) };
        behind = Some(*last);
        let mut deleted: Vec<DeletedRow> = found
            .iter()
            .map(|(_, id)| DeletedRow {
                id: *id,
                author: row.account,
                deleted_by: row.account,
                deleted_at: row.deactivated_at,
                position: row.position,
                is_deactivation: true,
            })
            .collect();
        deleted.sort_unstable_by_key(|row| row.id);
        messages::delete(connection, &deleted, deltas).await?;
        deltas.write(connection).await?;
    }
}

async fn remove_edges(
    connection: &mut Connection,
    account: i64,
    kind: EdgeKind,
    list: &'static str,
    deltas: &mut CounterDeltas,
) -> Result<(), WriteError> {
    let mut behind = 0;
    loop {
        let found: Vec<(i64, i64, i64)> =
            sqlx::query_as(list).bind(account).bind(behind).bind(CHUNK).fetch_all(&mut *connection).await?;
        let Some((_, _, last)) = found.last() else { return Ok(()) };
        behind = *last;
        let mut keys: Vec<(i64, i64)> = found.iter().map(|(from, to, _)| (*from, *to)).collect();
        keys.sort_unstable();
        edges::remove(connection, kind, &keys, &mut deltas.stats).await?;
        deltas.write(connection).await?;
    }
}

async fn delete_notifications(connection: &mut Connection, account: i64) -> Result<(), WriteError> {
    let mut behind = 0_i64;
    loop {
        let last: Option<i64> = sqlx::query_scalar(include_str!("deactivate/notifications.sql"))
            .bind(account)
            .bind(behind)
            .bind(CHUNK)
            .fetch_one(&mut *connection)
            .await?;
        let Some(last) = last else { return Ok(()) };
        behind = last;
    }
}
