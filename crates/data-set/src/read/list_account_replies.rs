//! What an account replied, newest first.

use super::message_row::{MessageColumns, MessageRow};
use super::page::{Page, PositionKey, one_more_than};
use super::run::run;
use super::{At, ReadError};
use crate::Pool;

const SQL: &str = concat!(include_str!("list_account_replies.sql"), include_str!("show_messages.sql"));

/// At most `limit` replies that an account posted before `after`, as the caller sees them.
pub async fn list_account_replies(
    pool: &Pool,
    caller: i64,
    account: i64,
    after: Option<PositionKey>,
    limit: u16,
) -> Result<At<Page<MessageRow, PositionKey>>, ReadError> {
    let after = after.unwrap_or(PositionKey::NEWEST);
    let query = || {
        sqlx::query_as::<_, MessageColumns>(SQL)
            .bind(account)
            .bind(after.0)
            .bind(one_more_than(limit))
            .bind(caller)
            .fetch_all(pool)
    };
    let rows = run(query).await?;
    let position = rows.first().map_or(0, |row| row.position);
    let replies = rows.into_iter().filter_map(MessageColumns::into_placed);
    Ok(At { position, value: Page::cut(replies, limit) })
}
