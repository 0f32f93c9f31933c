//! Messages that are taken back, by their author, an admin, or because the account was given up.

use postgres_kit::Connection;
use time::OffsetDateTime;

use super::DeletedRow;
use crate::write::social::Tally;
use crate::write::social::stats::{AccountStat, MessageStat};
use crate::write::{WriteError, column};

#[derive(sqlx::FromRow)]
struct Deleted {
    id: i64,
    author: i64,
    created_at: OffsetDateTime,
    tags: Vec<String>,
    /// The message that it answered, where that is still there.
    answered: Option<i64>,
}

/// Leaves a tombstone of every message, and takes along all that was done to it.
pub(in crate::write) async fn delete(
    connection: &mut Connection,
    rows: &[DeletedRow],
    tally: &mut Tally,
) -> Result<(), WriteError> {
    let deleted: Vec<Deleted> = sqlx::query_as(include_str!("delete.sql"))
        .bind(column(rows, |row| row.id))
        .fetch_all(&mut *connection)
        .await?;
    for row in &deleted {
        tally.counts.add(row.author, row.created_at, &row.tags, -1);
        tally.stats.add_account(row.author, AccountStat::Messages, -1);
        tally.stats.forget_message(row.id);
        if let Some(parent) = row.answered {
            tally.stats.add_message(parent, MessageStat::Replies, -1);
        }
    }
    sqlx::query(include_str!("bury.sql"))
        .bind(column(rows, |row| row.id))
        .bind(column(rows, |row| row.author))
        .bind(column(rows, |row| row.deleted_by))
        .bind(column(rows, |row| row.deleted_at))
        .execute(connection)
        .await?;
    Ok(())
}
