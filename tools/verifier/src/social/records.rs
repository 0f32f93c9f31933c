//! What a state is made of.

use domain::{ReactionKind, ReportFiled, ReportResolved};
use time::OffsetDateTime;

#[derive(Debug)]
pub(super) struct Edition {
    pub(super) number: u32,
    pub(super) text: String,
    pub(super) tags: Vec<String>,
    pub(super) at: OffsetDateTime,
    /// Of the event that made it.
    pub(super) position: i64,
}

#[derive(Debug)]
pub(super) struct Message {
    pub(super) author: i64,
    pub(super) created_at: OffsetDateTime,
    /// When the log recorded it, if that is not when it was created.
    pub(super) imported_at: Option<OffsetDateTime>,
    pub(super) in_reply_to: Option<i64>,
    /// At least the first one.
    pub(super) editions: Vec<Edition>,
}

impl Message {
    pub(super) fn last(&self) -> &Edition {
        &self.editions[self.editions.len() - 1]
    }
}

#[derive(Debug)]
pub(super) struct Account {
    pub(super) handle: String,
    pub(super) display_name: String,
    pub(super) bio: String,
    pub(super) registered_at: OffsetDateTime,
    pub(super) restriction: Option<&'static str>,
}

/// Who did it, and when.
#[derive(Debug, Clone)]
pub(super) struct Tombstone {
    pub(super) author: i64,
    pub(super) deleted_by: i64,
    pub(super) at: OffsetDateTime,
    pub(super) position: i64,
    pub(super) is_deactivation: bool,
    /// When the message was created and what it answered, where it was there.
    pub(super) place: Option<(OffsetDateTime, Option<i64>)>,
    /// Of its first edition, where it was there.
    pub(super) tags: Option<Vec<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Followed,
    Blocked,
    Muted,
    Reaction(ReactionKind),
    Replied,
    Moderated,
}

#[derive(Debug)]
pub(super) struct Notice {
    pub(super) kind: Kind,
    pub(super) actor: i64,
    pub(super) message: Option<i64>,
    pub(super) at: OffsetDateTime,
}

/// A report, and what became of it.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) filed: ReportFiled,
    pub(super) at: OffsetDateTime,
    pub(super) end: Option<(ReportResolved, OffsetDateTime)>,
}
