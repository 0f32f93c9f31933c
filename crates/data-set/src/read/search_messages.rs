//! Messages that say some words, newest first.
//!
//! An index of words knows in which messages a word is, and nothing else: no order, no author, no tag. So what is in many
//! messages is found by looking at the newest of those that the filter may mean, one by one, and what is in few by the
//! index; which of the two it is shows in the first of them. What is in many messages, but in none of the newest, is
//! looked for page by page, in pages that may be empty.

use super::at::At;
use super::error::ReadError;
use super::matching::{LISTED_LOOKS_MAX, Wanted, list_matching};
use super::message_filter::MessageFilter;
use super::message_row::{MessageColumns, MessageRow};
use super::page::{Page, PageKey, one_more_than};
use super::run::run;
use crate::pool::Pool;

/// How many messages are looked at before the index is asked. Each look takes the words of a text, some 15 microseconds.
const LOOKS_MAX: i64 = 1_000;
/// The most messages that the index may find to be sorted, before anything else is asked of them.
const FOUND_MAX: i64 = 20_000;

/// Whether there is a word that every message found has to have (`T` stands for a query that also means messages
/// without any), and whether the index can name candidates: a phrase that must not be there has none. Index: none.
const READ_QUERY: &str = "select querytree(q) not in ('', 'T'), q::text not like '%!%' or q::text not like '%<%' \
    from (select websearch_to_tsquery(control.search_language(), $1) as q) q";

#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    #[error("the query names no word that has to be there")]
    NothingToSearch,
    #[error(transparent)]
    Read(#[from] ReadError),
}

#[derive(sqlx::FromRow)]
struct Row {
    found: i64,
    #[sqlx(flatten)]
    message: MessageColumns,
}

const BY_INDEX: &str = concat!(include_str!("search_by_index.sql"), include_str!("show_messages.sql"));

/// At most `limit` messages behind `after`, in the order (`created_at`, `id`) descending, that the filter means and that
/// say `words`, written as for a search engine: words that have to be there, `or`, `-` and quotes.
pub async fn search_messages(
    pool: &Pool,
    caller: i64,
    filter: &MessageFilter,
    words: &str,
    after: Option<PageKey>,
    limit: u16,
) -> Result<At<Page<MessageRow>>, SearchError> {
    let (is_searchable, has_candidates): (bool, bool) =
        run(|| sqlx::query_as(READ_QUERY).bind(words).fetch_one(pool)).await?;
    if !is_searchable {
        return Err(SearchError::NothingToSearch);
    }
    let after = after.unwrap_or(PageKey { created_at: filter.range.end(), id: 0 });
    let walk = |looks_max| list_matching(pool, caller, filter, Some(words), after, limit, looks_max);
    let newest = walk(LOOKS_MAX).await?;
    if !newest.value.is_cut_short {
        return Ok(newest.map(|newest| newest.page));
    }
    if has_candidates && let Some(found) = by_index(pool, caller, filter, words, after, limit).await? {
        return Ok(found);
    }
    Ok(walk(LISTED_LOOKS_MAX).await?.map(|walked| walked.page))
}

/// `None` where the index finds too many.
async fn by_index(
    pool: &Pool,
    caller: i64,
    filter: &MessageFilter,
    words: &str,
    after: PageKey,
    limit: u16,
) -> Result<Option<At<Page<MessageRow>>>, ReadError> {
    let wanted = Wanted::of(filter);
    let query = || {
        sqlx::query_as::<_, Row>(BY_INDEX)
            .bind(wanted.any)
            .bind(&wanted.all)
            .bind(wanted.none)
            .bind(after.created_at.to_time())
            .bind(after.id)
            .bind(wanted.start)
            .bind(&wanted.gaps)
            .bind(one_more_than(limit))
            .bind(wanted.author)
            .bind(caller)
            .bind(FOUND_MAX + 1)
            .bind(words)
            .fetch_all(pool)
    };
    let rows = run(query).await?;
    if rows.first().is_some_and(|row| row.found > FOUND_MAX) {
        return Ok(None);
    }
    let position = rows.first().map_or(0, |row| row.message.position);
    let messages = rows.into_iter().filter_map(|row| row.message.into_listed());
    Ok(Some(At { position, value: Page::cut(messages, limit) }))
}
