//! Messages that are taken back, by their author, an admin, or because the account was given up.

use std::collections::HashMap;

use postgres_kit::Connection;
use time::OffsetDateTime;

use super::rows::DeletedRow;
use super::settle::settle;
use crate::write::columns::{array_literal, column};
use crate::write::counter_deltas::CounterDeltas;
use crate::write::error::WriteError;
use crate::write::stats::{AccountStat, MessageStat};

#[derive(sqlx::FromRow)]
struct Deleted {
    id: i64,
    author: i64,
    created_at: OffsetDateTime,
    tags: Vec<String>,
    /// As it was posted.
    first_tags: Vec<String>,
    in_reply_to: Option<i64>,
    /// The same, where that is still there.
    answered: Option<i64>,
}

/// Leaves a tombstone of every message, and takes along all that was done to it.
pub(crate) async fn delete(
    connection: &mut Connection,
    rows: &[DeletedRow],
    deltas: &mut CounterDeltas,
) -> Result<(), WriteError> {
    let deleted: Vec<Deleted> = sqlx::query_as(include_str!("delete.sql"))
        .bind(column(rows, |row| row.id))
        .fetch_all(&mut *connection)
        .await?;
    for row in &deleted {
        deltas.counts.add(row.author, row.created_at, &row.tags, -1);
        deltas.stats.add_account(row.author, AccountStat::Messages, -1);
        deltas.stats.forget_message(row.id);
        if let Some(parent) = row.answered {
            deltas.stats.add_message(parent, MessageStat::Replies, -1);
        }
    }
    tombstone(connection, rows, &deleted).await
}

/// Where nothing was deleted, no such message was there, and the tombstone has no place in any conversation.
async fn tombstone(
    connection: &mut Connection,
    rows: &[DeletedRow],
    deleted: &[Deleted],
) -> Result<(), WriteError> {
    let by_id: HashMap<i64, &Deleted> = deleted.iter().map(|row| (row.id, row)).collect();
    let stood = column(rows, |row| by_id.get(&row.id).copied());
    let answered = column(&stood, |row| row.and_then(|row| row.in_reply_to));
    sqlx::query(include_str!("tombstone.sql"))
        .bind(column(rows, |row| row.id))
        .bind(column(rows, |row| row.author))
        .bind(column(rows, |row| row.deleted_by))
        .bind(column(rows, |row| row.deleted_at))
        .bind(column(&stood, |row| row.map(|row| row.created_at)))
        .bind(&answered)
        .bind(column(rows, |row| row.position))
        .bind(column(&stood, |row| row.map(|row| array_literal(&row.first_tags))))
        .bind(column(rows, |row| row.is_deactivation))
        .execute(&mut *connection)
        .await?;
    settle(connection, rows.iter().map(|row| row.id).chain(answered.into_iter().flatten()).collect()).await
}
