//! A message between what it answers and what answers it.

use super::at::At;
use super::error::ReadError;
use super::existence::AboutMessage;
use super::existence::Existence;
use super::message_row::{MessageColumns, ThreadRow};
use super::page::{Page, one_more_than};
use super::run::run;
use crate::pool::Pool;

/// A message and the conversation around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadRows {
    /// What it answers, and so on upwards: the oldest first, at most the nearest 50.
    pub ancestors: Vec<ThreadRow>,
    pub message: ThreadRow,
    /// The first page of `list_replies`.
    pub replies: Page<ThreadRow>,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    about: AboutMessage,
    #[sqlx(flatten)]
    message: MessageColumns,
}

const SQL: &str = concat!(include_str!("get_thread.sql"), include_str!("show_messages.sql"));

/// The message with an id, its ancestors and at most `limit` of its replies, as an account sees them.
pub async fn get_thread(
    pool: &Pool,
    caller: i64,
    id: i64,
    limit: u16,
) -> Result<At<Existence<ThreadRows>>, ReadError> {
    let query =
        || sqlx::query_as::<_, Row>(SQL).bind(id).bind(one_more_than(limit)).bind(caller).fetch_all(pool);
    let rows = run(query).await?;
    // There is always a first row, as in `list_replies`.
    let Some(about) = rows.first().map(|row| row.about) else {
        return Ok(At { position: 0, value: Existence::Unknown });
    };
    let messages = rows.into_iter().filter_map(|row| row.message.into_part_of_thread()).collect();
    // Replies outlive what they answer, so without the message there may still be rows.
    let value = about.existence(()).and_then(|()| thread(id, messages, limit));
    Ok(At { position: about.position, value })
}

/// Sorts the rows into their parts. A message is posted before its replies, so ids grow downwards, whatever the times
/// of imported messages say.
fn thread(id: i64, rows: Vec<ThreadRow>, limit: u16) -> Option<ThreadRows> {
    let (replies, mut up): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.in_reply_to() == Some(id));
    up.sort_unstable_by_key(ThreadRow::id);
    let message = up.pop().filter(|row| row.id() == id)?;
    let replies = Page::cut(replies.into_iter(), limit, ThreadRow::page_key);
    Some(ThreadRows { ancestors: up, message, replies })
}
