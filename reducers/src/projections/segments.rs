//! How the events of a batch are split into segments. The events of a segment are written set-wise and give the same
//! rows as one by one, so the rows do not depend on how the log is cut into batches.

use super::key::Key;
use super::key_index::{Access, KeyIndex, Kinds};

/// What the `conflicts` of a projection say about an event.
pub(super) trait InSegment {
    /// Calls `uses` with the keys on which it can conflict with another event of its segment.
    fn keys(&self, uses: &mut impl FnMut(Key, Access));

    /// One bit.
    fn kind(&self) -> Kinds;

    /// The kinds of earlier events with which it never conflicts: the writer gives the right rows for both.
    fn excepted(&self) -> Kinds;

    /// Whether it has a segment of its own.
    fn is_alone(&self) -> bool;
}

/// Segments in order, none of them empty. A segment ends only where it must.
pub(super) fn into_segments<E: InSegment>(events: impl IntoIterator<Item = E>) -> Vec<Vec<E>> {
    let mut segments = Vec::new();
    let mut open = Open::default();
    for event in events {
        if !open.takes(&event) {
            segments.push(std::mem::take(&mut open).events);
        }
        open.add(event);
    }
    if !open.events.is_empty() {
        segments.push(open.events);
    }
    segments
}

/// The segment under construction.
#[derive(Debug)]
struct Open<E> {
    events: Vec<E>,
    keys: KeyIndex<Key>,
    is_full: bool,
}

impl<E> Default for Open<E> {
    fn default() -> Self {
        Self { events: Vec::new(), keys: KeyIndex::default(), is_full: false }
    }
}

impl<E: InSegment> Open<E> {
    fn takes(&self, event: &E) -> bool {
        if self.events.is_empty() {
            return true;
        }
        if self.is_full || event.is_alone() {
            return false;
        }
        let mut is_free = true;
        event.keys(&mut |key, access| is_free &= !self.keys.conflicts(&key, access, event.excepted()));
        is_free
    }

    fn add(&mut self, event: E) {
        let kind = event.kind();
        event.keys(&mut |key, access| self.keys.add(key, access, kind));
        self.is_full = event.is_alone();
        self.events.push(event);
    }
}
