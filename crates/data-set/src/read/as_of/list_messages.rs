//! Messages by tag, author and time, newest first, as they were at a moment.

use sqlx::postgres::types::PgRange;
use time::OffsetDateTime;

use super::cutoff::Cutoff;
use crate::pool::Pool;
use crate::read::at::At;
use crate::read::error::ReadError;
use crate::read::message_filter::MessageFilter;
use crate::read::message_row::{MessageColumns, ThreadRow};
use crate::read::page::{Page, PageKey, one_more_than};
use crate::read::run::run;

/// The same as [`crate::read::list_messages()`] gave at the moment, as an account sees it today. What was deleted since
/// leaves its place. The answer's own position is how far the data reflects the log.
pub async fn list_messages_as_of(
    pool: &Pool,
    caller: i64,
    filter: &MessageFilter,
    cutoff: Cutoff,
    after: Option<PageKey>,
    limit: u16,
) -> Result<At<Page<ThreadRow>>, ReadError> {
    let after = after.unwrap_or(PageKey { created_at: filter.range.end(), id: 0 });
    let after = cutoff.narrow(after);
    let rows = run(|| rows(pool, caller, filter, cutoff, after, limit)).await?;
    let position = rows.first().map_or(0, |row| row.position);
    // Whose a deleted message was, nobody else is told.
    let tells_deleted = filter.author.is_none_or(|author| author == caller);
    let is_told = |row: &ThreadRow| tells_deleted || matches!(row, ThreadRow::Message(_));
    let messages = rows.into_iter().filter_map(MessageColumns::into_listed_part);
    let messages = messages.map(|(key, row)| (key, row.filter(is_told)));
    Ok(At { position, value: Page::cut(messages, limit) })
}

async fn rows(
    pool: &Pool,
    caller: i64,
    filter: &MessageFilter,
    cutoff: Cutoff,
    after: PageKey,
    limit: u16,
) -> Result<Vec<MessageColumns>, sqlx::Error> {
    let (created_at, start) = (after.created_at.to_time(), filter.range.start().to_time());
    let gaps: Vec<PgRange<OffsetDateTime>> =
        filter.range.gaps().map(|gap| (gap.start.to_time()..gap.end.to_time()).into()).collect();
    let (sql, tag) = (statement(filter), filter.tag.as_str());
    let query = sqlx::query_as(sql);
    let query = match filter.author {
        Some(author) => query.bind(author),
        None => query.bind(tag),
    };
    let query = query.bind(created_at).bind(after.id).bind(start).bind(one_more_than(limit));
    let query = query.bind(caller).bind(gaps).bind(cutoff.position);
    let query = if filter.author.is_some() && !filter.tag.is_any() { query.bind(tag) } else { query };
    query.fetch_all(pool).await
}

fn statement(filter: &MessageFilter) -> &'static str {
    match (filter.author, filter.tag.is_any()) {
        (None, _) => concat!(include_str!("list_by_tag.sql"), include_str!("show_messages.sql")),
        (Some(_), true) => concat!(include_str!("list_by_author.sql"), include_str!("show_messages.sql")),
        (Some(_), false) => {
            concat!(include_str!("list_by_author_and_tag.sql"), include_str!("show_messages.sql"))
        }
    }
}
