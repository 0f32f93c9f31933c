//! Changes of the projection `history`, as rows.

use time::OffsetDateTime;

/// What a batch of events changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryBatch {
    /// Of all its segments, in the order of the key: they are maxima, so no order matters.
    pub event_times: Vec<EventTimeRow>,
    pub segments: Vec<HistorySegment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HistorySegment {
    Changes(Box<HistoryChanges>),
    /// It ends the follows between the two, so it is a segment of its own.
    Blocked(BlockedRow),
    Unblocked {
        blocker: i64,
        blocked: i64,
    },
    /// It touches rows of every table, so it is a segment of its own.
    Deactivated {
        account: i64,
        position: i64,
        at: OffsetDateTime,
    },
}

/// Changes of many events, each list in the order of its table's key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryChanges {
    pub posted: Vec<HistoryMessageRow>,
    /// In the order of the log.
    pub edited: Vec<HistoryEditionRow>,
    pub follows: IntervalChanges,
    pub likes: IntervalChanges,
    pub reposts: IntervalChanges,
    pub deleted: Vec<MessageEnd>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryMessageRow {
    /// The position of its event.
    pub id: i64,
    pub author: i64,
    pub in_reply_to: Option<i64>,
    pub tags: Vec<String>,
    pub created_at: OffsetDateTime,
    pub recorded_at: OffsetDateTime,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEditionRow {
    pub message: i64,
    pub edition: i32,
    pub position: i64,
    pub made_at: OffsetDateTime,
    pub tags: Vec<String>,
}

/// Where a message ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageEnd {
    pub id: i64,
    pub position: i64,
    pub at: OffsetDateTime,
    pub deleted_by: i64,
    /// author, admin or deactivation.
    pub cause: &'static str,
}

/// What a segment does to the edges of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IntervalChanges {
    /// The first end of an edge in the segment: of what stood before, if anything did.
    pub ended: Vec<EndedRow>,
    pub begun: Vec<IntervalRow>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedRow {
    pub from: i64,
    pub to: i64,
    pub position: i64,
    pub at: OffsetDateTime,
}

/// An edge that begins in the segment, and may end in it. If it stood already, it is a repetition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntervalRow {
    /// The account that acts.
    pub from: i64,
    /// The account or message that is acted on.
    pub to: i64,
    pub position: i64,
    pub at: OffsetDateTime,
    pub end: Option<(i64, OffsetDateTime)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockedRow {
    pub blocker: i64,
    pub blocked: i64,
    pub position: i64,
    pub at: OffsetDateTime,
}

/// See migration 0076.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventTimeRow {
    pub level: i16,
    pub block: i64,
    pub recorded_at: OffsetDateTime,
    pub created_at: Option<OffsetDateTime>,
}
