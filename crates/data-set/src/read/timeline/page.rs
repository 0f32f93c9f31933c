//! Pages of timelines.

use crate::read::at::At;
use crate::read::feed_item::{FeedPage, ItemColumns, items};

/// After every entry.
pub(super) const END: i64 = i64::MAX;
/// Before every entry; positions are greater than 0.
pub(super) const BEGIN: i64 = 0;

/// Which part of a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedRange {
    Newest,
    /// The newest ones before a position.
    Before(i64),
    /// The oldest ones after a position.
    After(i64),
}

/// A page says where to go on by its entries, not by what is shown of them: a page that shows nothing, because
/// it was deleted meanwhile, must not be the end.
pub(super) fn page(mut rows: Vec<ItemColumns>, range: FeedRange, limit: u16) -> At<FeedPage> {
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
    // A reader that asks for what is newer has come from something older.
    let older = oldest.filter(|_| has_more || goes_up);
    At { position, value: FeedPage { items: items(rows), older, newer } }
}
