//! What the caller bookmarked, newest bookmark first.

use super::at::At;
use super::error::ReadError;
use super::message_row::{MessageColumns, MessageRow};
use super::page::{Page, PositionKey, one_more_than};
use super::run::run;
use crate::pool::Pool;

const SQL: &str = concat!(include_str!("list_bookmarks.sql"), include_str!("show_messages.sql"));

/// At most `limit` messages that the caller bookmarked before `after`.
pub async fn list_bookmarks(
    pool: &Pool,
    caller: i64,
    after: Option<PositionKey>,
    limit: u16,
) -> Result<At<Page<MessageRow, PositionKey>>, ReadError> {
    let after = after.unwrap_or(PositionKey::NEWEST);
    let query = || {
        sqlx::query_as::<_, MessageColumns>(SQL)
            .bind(caller)
            .bind(after.0)
            .bind(one_more_than(limit))
            .fetch_all(pool)
    };
    let rows = run(query).await?;
    let position = rows.first().map_or(0, |row| row.position);
    let messages = rows.into_iter().filter_map(MessageColumns::into_placed);
    Ok(At { position, value: Page::cut(messages, limit) })
}
