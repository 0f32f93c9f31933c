//! What counts are kept by, and changes of them.

/// The tag that stands for "any".
pub(super) const ANY: &str = "";
/// The author that stands for "any"; accounts have positive numbers.
pub(super) const ANYBODY: i64 = 0;

/// Number of a tag within one batch. A batch names few tags very often; numbers spare it a string per delta.
pub(super) type TagNumber = u32;

/// A change of the number of messages in one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Delta {
    pub(super) author: i64,
    pub(super) tag: TagNumber,
    /// Begin of the minute in Unix seconds.
    pub(super) minute: i64,
    pub(super) messages: i64,
}

/// A period of a tag (by anybody) or of an author (with any tag).
pub(super) type Period = (i64, TagNumber, i64);

/// A change of one count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    pub(super) author: i64,
    pub(super) tag: TagNumber,
    /// In Unix seconds.
    pub(super) starts_at: i64,
    pub(super) messages: i64,
}

impl Change {
    pub(super) fn key(&self) -> Period {
        (self.author, self.tag, self.starts_at)
    }
}
