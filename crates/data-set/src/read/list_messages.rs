//! Messages by tag, author and time, newest first.

use fail_points::planted;
use sqlx::postgres::types::PgRange;
use time::OffsetDateTime;

use super::at::At;
use super::error::ReadError;
use super::matching::{LISTED_LOOKS_MAX, list_matching};
use super::message_filter::MessageFilter;
use super::message_row::{MessageColumns, MessageRow};
use super::page::{Page, PageKey, one_more_than};
use super::run::run;
use crate::pool::Pool;

/// At most `limit` messages that come after `after` in the order (`created_at`, `id`) descending, as an account sees
/// them. A page may be short where only some of many messages are meant; then it says where to go on.
pub async fn list_messages(
    pool: &Pool,
    caller: i64,
    filter: &MessageFilter,
    after: Option<PageKey>,
    limit: u16,
) -> Result<At<Page<MessageRow>>, ReadError> {
    // Ids are positive, so (end, 0) stands after everything that was created before the end and before all else.
    let after = after.unwrap_or(PageKey { created_at: filter.range.end(), id: 0 });
    if filter.tags.is_some() || filter.author.is_some() && !filter.tag.is_any() {
        let listed = list_matching(pool, caller, filter, None, after, limit, LISTED_LOOKS_MAX).await?;
        return Ok(listed.map(|listed| listed.page));
    }
    let rows = run(|| rows(pool, caller, filter, after, limit)).await?;
    let position = if planted("position-of-another-snapshot") {
        super::position(pool).await?
    } else {
        rows.first().map_or(0, |row| row.position)
    };
    let messages = rows.into_iter().filter_map(MessageColumns::into_listed);
    Ok(At { position, value: Page::cut(messages, limit) })
}

async fn rows(
    pool: &Pool,
    caller: i64,
    filter: &MessageFilter,
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
    query.bind(caller).bind(gaps).fetch_all(pool).await
}

fn statement(filter: &MessageFilter) -> &'static str {
    match filter.author {
        None => concat!(include_str!("list_by_tag.sql"), include_str!("show_messages.sql")),
        Some(_) => concat!(include_str!("list_by_author.sql"), include_str!("show_messages.sql")),
    }
}
