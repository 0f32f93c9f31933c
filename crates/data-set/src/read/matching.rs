//! Messages that no index finds by itself: they are looked at one by one, and never more than a bound of them.

use sqlx::postgres::types::PgRange;
use time::OffsetDateTime;

use super::at::At;
use super::error::ReadError;
use super::message_filter::MessageFilter;
use super::message_row::{MessageColumns, MessageRow};
use super::page::{Page, PageKey, one_more_than};
use super::run::run;
use crate::pool::Pool;

/// The most messages that are looked at for one page of a list. Where that is not enough the page is short, and its
/// cursor leads on. A look is two look-ups in indexes, some 3 microseconds.
pub const LISTED_LOOKS_MAX: i64 = 10_000;

/// Which messages, as the statements that begin with a walk take it: $1 to $3, $6, $7 and $9.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub(super) any: &'a [String],
    pub(super) all: Vec<String>,
    pub(super) none: &'a [String],
    pub(super) start: OffsetDateTime,
    pub(super) gaps: Vec<PgRange<OffsetDateTime>>,
    pub(super) author: Option<i64>,
}

impl<'a> Wanted<'a> {
    pub(super) fn of(filter: &'a MessageFilter) -> Self {
        let tags = filter.tags.as_ref();
        let one = (!filter.tag.is_any()).then(|| filter.tag.as_str().to_owned());
        let gaps = filter.range.gaps().map(|gap| (gap.start.to_time()..gap.end.to_time()).into());
        Self {
            any: tags.map_or(&[], |tags| tags.any()),
            all: tags.map_or(&[][..], |tags| tags.all()).iter().cloned().chain(one).collect(),
            none: tags.map_or(&[], |tags| tags.none()),
            start: filter.range.start().to_time(),
            gaps: gaps.collect(),
            author: filter.author,
        }
    }
}

/// The statement that begins with the walk that a filter needs, of files in the folder of whoever asks for it.
macro_rules! walk {
    ($author:expr, $($rest:literal),+) => {
        match $author {
            None => concat!(include_str!("walk_by_tag.sql"), $(include_str!($rest)),+),
            Some(_) => concat!(include_str!("walk_by_author.sql"), $(include_str!($rest)),+),
        }
    };
}
pub(super) use walk;

/// A page, and whether it ended because no more were looked at.
#[derive(Debug)]
pub(super) struct Matching {
    pub(super) page: Page<MessageRow>,
    pub(super) is_cut_short: bool,
}

/// At most `limit` messages behind `after` that the filter means, and that say `words` where they are given, among the
/// next `looks_max`.
pub(super) async fn list_matching(
    pool: &Pool,
    caller: i64,
    filter: &MessageFilter,
    words: Option<&str>,
    after: PageKey,
    limit: u16,
    looks_max: i64,
) -> Result<At<Matching>, ReadError> {
    let wanted = Wanted::of(filter);
    let query = || {
        sqlx::query_as::<_, MessageColumns>(walk!(wanted.author, "list_matching.sql", "show_messages.sql"))
            .bind(wanted.any)
            .bind(&wanted.all)
            .bind(wanted.none)
            .bind(after.created_at.to_time())
            .bind(after.id)
            .bind(wanted.start)
            .bind(&wanted.gaps)
            .bind(looks_max)
            .bind(wanted.author)
            .bind(caller)
            .bind(one_more_than(limit))
            .bind(words)
            .fetch_all(pool)
    };
    let rows = run(query).await?;
    let position = rows.first().map_or(0, |row| row.position);
    let bound = bound(&rows, limit);
    let page = Page::cut_at_bound(rows.into_iter().filter_map(MessageColumns::into_listed), limit, bound);
    Ok(At { position, value: Matching { page, is_cut_short: bound.is_some() } })
}

/// Where a walk ended because no more messages were looked at; `None` where there are no more, or it had not to go so
/// far: then there is one row more than the page holds.
pub(super) fn bound(rows: &[MessageColumns], limit: u16) -> Option<PageKey> {
    let last = rows.last().filter(|row| row.is_bound == Some(true) && rows.len() <= usize::from(limit));
    last.and_then(MessageColumns::page_key)
}
