//! What an account likes, newest like first.

use super::at::At;
use super::error::ReadError;
use super::existence::AboutAccount;
use super::message_row::{MessageColumns, MessageRow};
use super::page::{Page, PositionKey, one_more_than};
use super::run::run;
use crate::pool::Pool;

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    about: AboutAccount,
    #[sqlx(flatten)]
    message: MessageColumns,
}

const SQL: &str = concat!(include_str!("list_liked.sql"), include_str!("show_messages.sql"));

/// At most `limit` messages that an account liked before `after`, as the caller sees them; `None` without such an
/// account.
pub async fn list_liked(
    pool: &Pool,
    caller: i64,
    account: i64,
    after: Option<PositionKey>,
    limit: u16,
) -> Result<At<Option<Page<MessageRow, PositionKey>>>, ReadError> {
    let after = after.unwrap_or(PositionKey::NEWEST);
    let query = || {
        sqlx::query_as::<_, Row>(SQL)
            .bind(account)
            .bind(after.0)
            .bind(one_more_than(limit))
            .bind(caller)
            .fetch_all(pool)
    };
    let rows = run(query).await?;
    let Some(about) = rows.first().map(|row| row.about) else {
        return Ok(At { position: 0, value: None });
    };
    let messages = rows.into_iter().filter_map(|row| row.message.into_placed());
    let page = Page::cut(messages, limit);
    Ok(At { position: about.position, value: about.is_known.then_some(page) })
}
