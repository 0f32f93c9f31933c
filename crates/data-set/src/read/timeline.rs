//! Home timelines, what is new in them, and what a single account showed.
//!
//! They join two projections, `social` and `feeds`. Their position is the smaller of both, and entries above it are not
//! shown, whichever of the two is ahead.

mod account_items;
mod position;
mod updates;

pub use account_items::account_items;
pub use position::timeline_position;
pub use updates::{TimelineUpdates, timeline_updates};

use super::feed_item::{FeedPage, ItemColumns, items};
use super::run::run;
use super::{At, ReadError};
use crate::Pool;

/// After every entry.
const END: i64 = i64::MAX;
/// Before every entry; positions are greater than 0.
const BEGIN: i64 = 0;

/// Which part of a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedRange {
    Newest,
    /// The newest ones before a position.
    Before(i64),
    /// The oldest ones after a position.
    After(i64),
}

/// At most `limit` items of the account's home timeline: of whom it follows, and its own.
pub async fn timeline(
    pool: &Pool,
    caller: i64,
    range: FeedRange,
    limit: u16,
) -> Result<At<FeedPage>, ReadError> {
    let rows = match range {
        FeedRange::Newest => older(pool, caller, END, BEGIN, limit).await?,
        FeedRange::Before(position) => older(pool, caller, position, BEGIN, limit).await?,
        FeedRange::After(position) => newer(pool, caller, position, limit).await?,
    };
    Ok(page(rows, range, limit))
}

/// The newest before one position and after another, newest first; one more than asked for, which tells whether there are
/// more.
async fn older(
    pool: &Pool,
    caller: i64,
    before: i64,
    after: i64,
    limit: u16,
) -> Result<Vec<ItemColumns>, ReadError> {
    const SQL: &str = concat!(include_str!("timeline/older.sql"), include_str!("feed_item/show.sql"));
    let query = || {
        sqlx::query_as(SQL).bind(caller).bind(before).bind(after).bind(i64::from(limit) + 1).fetch_all(pool)
    };
    run(query).await
}

/// The oldest after a position, but newest first, one more than asked for.
async fn newer(pool: &Pool, caller: i64, after: i64, limit: u16) -> Result<Vec<ItemColumns>, ReadError> {
    const SQL: &str = concat!(include_str!("timeline/newer.sql"), include_str!("feed_item/show.sql"));
    run(|| sqlx::query_as(SQL).bind(caller).bind(after).bind(i64::from(limit) + 1).fetch_all(pool)).await
}

/// A page says where to go on by its entries, not by what is shown of them: a page of which nothing is shown, because it
/// was deleted meanwhile, must not be the end.
fn page(mut rows: Vec<ItemColumns>, range: FeedRange, limit: u16) -> At<FeedPage> {
    let position = rows.first().map_or(0, |row| row.data_position());
    rows.retain(|row| row.entry_position.is_some());
    let has_more = rows.len() > usize::from(limit);
    let goes_up = matches!(range, FeedRange::After(_));
    if has_more && goes_up {
        rows.remove(0);
    }
    rows.truncate(usize::from(limit));
    let newest = rows.first().and_then(|row| row.entry_position);
    let oldest = rows.last().and_then(|row| row.entry_position);
    let newer = match range {
        FeedRange::After(asked) => newest.or(Some(asked)),
        FeedRange::Newest | FeedRange::Before(_) => newest,
    };
    // Whoever asks for what is newer has come from something older.
    let older = oldest.filter(|_| has_more || goes_up);
    At { position, value: FeedPage { items: items(rows), older, newer } }
}
