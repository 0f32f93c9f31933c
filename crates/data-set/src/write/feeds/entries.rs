//! What authors show, and with it the feeds of their followers.

use postgres_kit::Connection;

use super::fan_out::{self, EntryAudience};
use crate::write::columns::column;
use crate::write::error::WriteError;
use crate::write::feeds::rows::{EntryRow, RepostKey};

pub(super) async fn insert_posts(connection: &mut Connection, rows: &[EntryRow]) -> Result<(), WriteError> {
    insert(connection, include_str!("insert_posts.sql"), rows).await
}

pub(super) async fn insert_reposts(connection: &mut Connection, rows: &[EntryRow]) -> Result<(), WriteError> {
    insert(connection, include_str!("insert_reposts.sql"), rows).await
}

async fn insert(connection: &mut Connection, sql: &'static str, rows: &[EntryRow]) -> Result<(), WriteError> {
    let reached: Vec<EntryAudience> = sqlx::query_as(sql)
        .bind(column(rows, |row| row.author))
        .bind(column(rows, |row| row.position))
        .bind(column(rows, |row| row.message))
        .fetch_all(&mut *connection)
        .await?;
    fan_out::spread(connection, &reached).await
}

/// Takes posts away, and all reposts of them.
pub(super) async fn delete_messages(connection: &mut Connection, messages: &[i64]) -> Result<(), WriteError> {
    let reached: Vec<EntryAudience> = sqlx::query_as(include_str!("delete_messages.sql"))
        .bind(messages)
        .fetch_all(&mut *connection)
        .await?;
    fan_out::withdraw(connection, &reached).await
}

pub(super) async fn delete_reposts(
    connection: &mut Connection,
    keys: &[RepostKey],
) -> Result<(), WriteError> {
    let reached: Vec<EntryAudience> = sqlx::query_as(include_str!("delete_reposts.sql"))
        .bind(column(keys, |key| key.author))
        .bind(column(keys, |key| key.message))
        .fetch_all(&mut *connection)
        .await?;
    fan_out::withdraw(connection, &reached).await
}
