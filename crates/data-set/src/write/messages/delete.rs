//! Messages that are taken back, by their author, an admin, or because the account was given up.

use std::collections::HashMap;

use postgres_kit::Connection;
use time::OffsetDateTime;

use super::DeletedRow;
use super::settle::settle;
use crate::write::social::Tally;
use crate::write::social::stats::{AccountStat, MessageStat};
use crate::write::{WriteError, column};

#[derive(sqlx::FromRow)]
struct Deleted {
    id: i64,
    author: i64,
    created_at: OffsetDateTime,
    tags: Vec<String>,
    in_reply_to: Option<i64>,
    /// The same, where that is still there.
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
    bury(connection, rows, &deleted).await
}

/// Where nothing was deleted, no such message was there, and the tombstone has no place in any conversation.
async fn bury(
    connection: &mut Connection,
    rows: &[DeletedRow],
    deleted: &[Deleted],
) -> Result<(), WriteError> {
    let by_id: HashMap<i64, &Deleted> = deleted.iter().map(|row| (row.id, row)).collect();
    let stood = column(rows, |row| by_id.get(&row.id).copied());
    let answered = column(&stood, |row| row.and_then(|row| row.in_reply_to));
    sqlx::query(include_str!("bury.sql"))
        .bind(column(rows, |row| row.id))
        .bind(column(rows, |row| row.author))
        .bind(column(rows, |row| row.deleted_by))
        .bind(column(rows, |row| row.deleted_at))
        .bind(column(&stood, |row| row.map(|row| row.created_at)))
        .bind(&answered)
        .execute(&mut *connection)
        .await?;
    settle(connection, rows.iter().map(|row| row.id).chain(answered.into_iter().flatten()).collect()).await
}
