//! What somebody is about to do.

use time::OffsetDateTime;

/// In the order of their times; the rest only makes the order of two at the same time the same at every call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Plan {
    pub(super) at: OffsetDateTime,
    pub(super) who: usize,
    pub(super) what: Intention,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Intention {
    Join,
    /// The number of the message.
    Answer(usize),
    /// What it is is diced then.
    Anything,
    /// For good.
    Leave,
}
