//! Messages by tags, author and time, newest first, as they were at a moment.

use super::cutoff::Cutoff;
use crate::pool::Pool;
use crate::read::at::At;
use crate::read::error::ReadError;
use crate::read::matching::{LISTED_LOOKS_MAX, Wanted, bound, walk};
use crate::read::message_filter::MessageFilter;
use crate::read::message_row::{MessageColumns, ThreadRow};
use crate::read::page::{Page, PageKey, one_more_than};
use crate::read::run::run;

/// The same as [`crate::read::list_messages()`] gave at the moment, as an account sees it today. What was deleted since
/// leaves its place. The answer's own position is how far the data reflects the log.
///
/// An index knows when a message came and went, but not in the order of lists: what was not there at the moment is
/// looked at, too. So a page may be short, whatever is asked; then it says where to go on.
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
    let wanted = Wanted::of(filter);
    let is_of_one_tag = wanted.author.is_none() && wanted.any.len() + wanted.all.len() <= 1;
    let statement = match is_of_one_tag {
        true => concat!(
            include_str!("walk_by_one_tag.sql"),
            include_str!("list_matching.sql"),
            include_str!("show_messages.sql")
        ),
        false => walk!(wanted.author, "list_matching.sql", "show_messages.sql"),
    };
    let query = || {
        sqlx::query_as::<_, MessageColumns>(statement)
            .bind(wanted.any)
            .bind(&wanted.all)
            .bind(wanted.none)
            .bind(after.created_at.to_time())
            .bind(after.id)
            .bind(wanted.start)
            .bind(&wanted.gaps)
            .bind(LISTED_LOOKS_MAX)
            .bind(wanted.author)
            .bind(cutoff.position)
            .bind(caller)
            .bind(one_more_than(limit))
            .fetch_all(pool)
    };
    let rows = run(query).await?;
    let position = rows.first().map_or(0, |row| row.position);
    let bound = bound(&rows, limit);
    // Whose a deleted message was, nobody else is told; its deletion may be known to one projection alone.
    let tells_deleted = filter.author.is_none_or(|author| author == caller);
    let is_told = |row: &ThreadRow| tells_deleted || matches!(row, ThreadRow::Message(_));
    let messages = rows.into_iter().filter_map(MessageColumns::into_listed_part);
    let messages = messages.map(|(key, row)| (key, row.filter(is_told)));
    Ok(At { position, value: Page::cut_at_bound(messages, limit, bound) })
}
