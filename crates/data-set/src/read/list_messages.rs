//! Messages by tag, author and time, newest first.

use time::OffsetDateTime;

use super::moment::Moment;
use super::run::run;
use super::{At, MessageFilter, ReadError};
use crate::Pool;

/// A message in its latest edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    pub id: i64,
    pub author: i64,
    pub text: String,
    pub tags: Vec<String>,
    pub in_reply_to: Option<i64>,
    pub created_at: OffsetDateTime,
    pub edited_at: Option<OffsetDateTime>,
    pub edition: i32,
}

/// Where a page ended: the key of its last message. The next page begins after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageKey {
    pub created_at: Moment,
    pub id: i64,
}

/// Some messages, and where to go on; `None` when there are no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub messages: Vec<MessageRow>,
    pub next: Option<PageKey>,
}

/// At most `limit` messages that come after `after` in the order (`created_at`, `id`) descending.
pub async fn list_messages(
    pool: &Pool,
    filter: &MessageFilter,
    after: Option<PageKey>,
    limit: u16,
) -> Result<At<Page>, ReadError> {
    // Ids are positive, so (end, 0) stands after everything that was created before the end and before all else.
    let after = after.unwrap_or(PageKey { created_at: filter.range.end(), id: 0 });
    let rows = run(|| rows(pool, filter, after, limit)).await?;
    let position = rows.first().map_or(0, |row| row.position);
    let mut messages: Vec<_> = rows.into_iter().filter_map(MessageColumns::into_message).collect();
    let has_more = messages.len() > usize::from(limit);
    messages.truncate(usize::from(limit));
    let key = |message: &MessageRow| PageKey { created_at: message.created_at.into(), id: message.id };
    let next = messages.last().filter(|_| has_more).map(key);
    Ok(At { position, value: Page { messages, next } })
}

/// One row more than asked for, which tells whether there is a next page.
async fn rows(
    pool: &Pool,
    filter: &MessageFilter,
    after: PageKey,
    limit: u16,
) -> Result<Vec<MessageColumns>, sqlx::Error> {
    let (created_at, start, limit) =
        (after.created_at.to_time(), filter.range.start().to_time(), i64::from(limit) + 1);
    let (sql, tag) = (statement(filter), filter.tag.as_str());
    let query = sqlx::query_as(sql);
    let query = match filter.author {
        Some(author) => query.bind(author),
        None => query.bind(tag),
    };
    let query = query.bind(created_at).bind(after.id).bind(start).bind(limit);
    let query = if filter.author.is_some() && !filter.tag.is_any() { query.bind(tag) } else { query };
    query.fetch_all(pool).await
}

fn statement(filter: &MessageFilter) -> &'static str {
    match (filter.author, filter.tag.is_any()) {
        (None, _) => include_str!("list_by_tag.sql"),
        (Some(_), true) => include_str!("list_by_author.sql"),
        (Some(_), false) => include_str!("list_by_author_and_tag.sql"),
    }
}

/// A row of the statements that select the position and, where there is one, a message.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct MessageColumns {
    pub(super) position: i64,
    id: Option<i64>,
    author: Option<i64>,
    text: Option<String>,
    tags: Option<Vec<String>>,
    in_reply_to: Option<i64>,
    created_at: Option<OffsetDateTime>,
    edited_at: Option<OffsetDateTime>,
    edition: Option<i32>,
}

impl MessageColumns {
    pub(super) fn into_message(self) -> Option<MessageRow> {
        Some(MessageRow {
            id: self.id?,
            author: self.author?,
            text: self.text?,
            tags: self.tags?,
            in_reply_to: self.in_reply_to,
            created_at: self.created_at?,
            edited_at: self.edited_at,
            edition: self.edition?,
        })
    }
}
