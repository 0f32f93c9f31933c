//! A message between what it answers and what answers it.

use super::at::At;
use super::error::ReadError;
use super::existence::AboutMessage;
use super::existence::Existence;
use super::message_row::{MessageColumns, ThreadRow};
use super::page::{Page, PageKey, one_more_than};
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
    let messages = rows.into_iter().filter_map(|row| Part::of(row.message)).collect();
    // Replies outlive what they answer, so without the message there may still be rows.
    let value = about.existence(()).and_then(|()| thread(id, messages, limit));
    Ok(At { position: about.position, value })
}

/// Sorts the rows into their parts. A message is posted before its replies, so ids grow downwards, whatever the times
/// of imported messages say.
fn thread(id: i64, parts: Vec<Part>, limit: u16) -> Option<ThreadRows> {
    let (replies, up): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| part.in_reply_to == Some(id));
    let mut up: Vec<ThreadRow> = up.into_iter().filter_map(|part| part.shown).collect();
    up.sort_unstable_by_key(ThreadRow::id);
    let message = up.pop().filter(|row| row.id() == id)?;
    let replies = Page::cut(replies.into_iter().map(|part| (part.key, part.shown)), limit);
    Some(ThreadRows { ancestors: up, message, replies })
}

/// A row of a conversation. What is hidden from the caller leaves only its place.
struct Part {
    key: PageKey,
    in_reply_to: Option<i64>,
    shown: Option<ThreadRow>,
}

impl Part {
    fn of(message: MessageColumns) -> Option<Self> {
        let in_reply_to = message.in_reply_to;
        let (key, shown) = message.into_listed_part()?;
        Some(Self { key, in_reply_to, shown })
    }
}
