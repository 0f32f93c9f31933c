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
    /// From at most one row more than `limit`, which tells whether there is a next page.
    pub(super) fn cut(rows: impl Iterator<Item = T>, limit: u16, key: impl FnOnce(&T) -> K) -> Self {
        let mut items: Vec<T> = rows.collect();
        let has_more = items.len() > usize::from(limit);
        let kept = usize::from(limit);
        let last = if planted("cursor-off-by-one") { kept } else { kept.saturating_sub(1) };
        let next = items.get(last).filter(|_| has_more).map(key);
        items.truncate(kept);
        Self { items, next }
    }

    pub(super) fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U, K> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next }
    }
}

/// How many rows a statement is asked for; see `Page::cut`.
pub(super) fn one_more_than(limit: u16) -> i64 {
    i64::from(limit) + 1
}
