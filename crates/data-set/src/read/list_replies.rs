//! The replies to a message, newest first.

use super::at::At;
use super::error::ReadError;
use super::existence::AboutMessage;
use super::existence::Existence;
use super::message_row::{MessageColumns, ThreadRow};
use super::page::{Page, PageKey, one_more_than};
use super::run::run;
use crate::pool::Pool;
use crate::timestamp::Timestamp;

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    about: AboutMessage,
    #[sqlx(flatten)]
    message: MessageColumns,
}

const SQL: &str = concat!(include_str!("list_replies.sql"), include_str!("show_messages.sql"));

/// At most `limit` replies that come after `after` in the order (`created_at`, `id`) descending, as an account sees
/// them.
pub async fn list_replies(
    pool: &Pool,
    caller: i64,
    message: i64,
    after: Option<PageKey>,
    limit: u16,
) -> Result<At<Existence<Page<ThreadRow>>>, ReadError> {
    // As in `list_messages`: before everything else.
    let after = after.unwrap_or(PageKey { created_at: Timestamp::MAX, id: 0 });
    let query = || {
        sqlx::query_as::<_, Row>(SQL)
            .bind(message)
            .bind(after.created_at.to_time())
            .bind(after.id)
            .bind(one_more_than(limit))
            .bind(caller)
            .fetch_all(pool)
    };
    let rows = run(query).await?;
    // There is always a first row: it says what there is, even where nothing answers it.
    let Some(about) = rows.first().map(|row| row.about) else {
        return Ok(At { position: 0, value: Existence::Unknown });
    };
    let messages = rows.into_iter().filter_map(|row| row.message.into_listed_part());
    let page = Page::cut(messages, limit);
    Ok(At { position: about.position, value: about.existence(page) })
}
