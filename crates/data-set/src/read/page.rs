//! Pages of lists, and the keys that they are cut at.

use fail_points::planted;

use crate::timestamp::Timestamp;

/// Where a page of a list ordered by time ended: the key of its last row. The next page begins after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageKey {
    pub created_at: Timestamp,
    pub id: i64,
}

/// Where a page of a list ordered by position ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PositionKey(pub i64);

impl PositionKey {
    /// Before the first row of a list, newest first. No event has this position: it is the last number of its type.
    pub(super) const NEWEST: Self = Self(i64::MAX);
}

/// Some rows, and where to go on; `None` when there are no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, K = PageKey> {
    pub items: Vec<T>,
    pub next: Option<K>,
}

impl<T, K> Page<T, K> {
    /// From the keys of at most one row more than `limit`, which tells whether there is a next page, and what is shown of
    /// them. A page says where to go on by its rows, not by what is shown: one that shows nothing, because all of it is
    /// hidden from its reader, must not be the end.
    pub(super) fn cut(rows: impl Iterator<Item = (K, Option<T>)>, limit: u16) -> Self
    where
        K: Copy,
    {
        let mut rows: Vec<(K, Option<T>)> = rows.collect();
        let has_more = rows.len() > usize::from(limit);
        let kept = usize::from(limit);
        let last = if planted("cursor-off-by-one") { kept } else { kept.saturating_sub(1) };
        let next = rows.get(last).filter(|_| has_more).map(|(key, _)| *key);
        rows.truncate(kept);
        Self { items: rows.into_iter().filter_map(|(_, shown)| shown).collect(), next }
    }

    /// The same, where it may end at its last row because nobody looked any further.
    pub(super) fn cut_at_bound(
        rows: impl Iterator<Item = (K, Option<T>)>,
        limit: u16,
        bound: Option<K>,
    ) -> Self
    where
        K: Copy,
    {
        let page = Self::cut(rows, limit);
        Self { next: page.next.or(bound), ..page }
    }
}

/// How many rows a statement is asked for; see `Page::cut`.
pub(super) fn one_more_than(limit: u16) -> i64 {
    i64::from(limit) + 1
}
