//! Messages, the editions behind their first one, and their tags; from when to when.

mod copy;

use std::collections::BTreeMap;

use fail_points::crash_point;
use postgres_kit::Connection;
use time::OffsetDateTime;

use super::rows::{HistoryEditionRow, HistoryMessageRow, MessageEnd};
use super::tag_changes::{TagChanges, Tagged};
use crate::write::columns::{array_literal, column};
use crate::write::error::WriteError;

pub(super) async fn post(connection: &mut Connection, rows: &[HistoryMessageRow]) -> Result<(), WriteError> {
    if rows.is_empty() {
        return Ok(());
    }
    if rows.len() >= copy::ROWS_MIN && copy::are_new(connection, rows).await? {
        copy::copy(connection, rows).await?;
        crash_point("history-after-posts");
        return Ok(());
    }
    sqlx::query(include_str!("messages/post.sql"))
        .bind(column(rows, |row| row.id))
        .bind(column(rows, |row| row.author))
        .bind(column(rows, |row| row.in_reply_to))
        .bind(column(rows, |row| array_literal(&row.tags)))
        .bind(column(rows, |row| row.created_at))
        .bind(column(rows, |row| row.recorded_at))
        .execute(connection)
        .await?;
    crash_point("history-after-posts");
    Ok(())
}

/// A message as an edit finds it.
#[derive(sqlx::FromRow)]
struct Found {
    id: i64,
    author: i64,
    created_at: OffsetDateTime,
    to_position: Option<i64>,
    edition: i32,
    tags: Vec<String>,
}

pub(super) async fn edit(connection: &mut Connection, rows: &[HistoryEditionRow]) -> Result<(), WriteError> {
    if rows.is_empty() {
        return Ok(());
    }
    let found: Vec<Found> = sqlx::query_as(include_str!("messages/last_editions.sql"))
        .bind(column(rows, |row| row.message))
        .fetch_all(&mut *connection)
        .await?;
    let mut found: BTreeMap<i64, Found> = found.into_iter().map(|row| (row.id, row)).collect();
    let mut changes = TagChanges::default();
    let mut kept = Vec::new();
    for row in rows {
        let Some(message) = found.get_mut(&row.message) else { continue };
        let is_there = message.to_position.is_none_or(|end| end > row.position);
        if !is_there || row.edition <= message.edition {
            continue;
        }
        let tagged = Tagged { message: message.id, author: message.author, created_at: message.created_at };
        changes.edit(tagged, row.position, &message.tags, &row.tags);
        message.edition = row.edition;
        message.tags.clone_from(&row.tags);
        kept.push(row);
    }
    sqlx::query(include_str!("messages/edit.sql"))
        .bind(column(&kept, |row| row.message))
        .bind(column(&kept, |row| row.edition))
        .bind(column(&kept, |row| row.position))
        .bind(column(&kept, |row| row.made_at))
        .bind(column(&kept, |row| array_literal(&row.tags)))
        .execute(&mut *connection)
        .await?;
    changes.write(connection).await?;
    crash_point("history-after-edits");
    Ok(())
}

/// Messages, and what was done to them, end.
pub(super) async fn delete(connection: &mut Connection, rows: &[MessageEnd]) -> Result<(), WriteError> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(include_str!("messages/delete.sql"))
        .bind(column(rows, |row| row.id))
        .bind(column(rows, |row| row.position))
        .bind(column(rows, |row| row.at))
        .bind(column(rows, |row| row.deleted_by))
        .bind(column(rows, |row| row.cause))
        .execute(connection)
        .await?;
    crash_point("history-after-deletions");
    Ok(())
}

/// The authors of messages. Index: message_pk.
const AUTHORS: &str = "select id, author from message where id = any($1::bigint[])";

/// The authors of messages that were ever there, by message.
pub(in crate::write) async fn authors(
    connection: &mut Connection,
    messages: &[i64],
) -> Result<Vec<(i64, i64)>, WriteError> {
    Ok(sqlx::query_as(AUTHORS).bind(messages).fetch_all(connection).await?)
}
