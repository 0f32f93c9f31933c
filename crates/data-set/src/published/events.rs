//! The events of the log, and the fields of them that columns come from. What they mean is in `docs/LOG.md`.

/// A field of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Field {
    /// With its version, as in `ce-type`.
    pub event: &'static str,
    /// Of the body; or [`POSITION`], [`RECORDED_AT`], which the log gives.
    pub field: &'static str,
}

/// In the place of a field: where the event stands in the log.
pub const POSITION: &str = "@position";
/// In the place of a field: when the log recorded the event.
pub const RECORDED_AT: &str = "@recordedAt";
/// In the place of a field: that there is such an event.
pub const ITSELF: &str = "@itself";

impl Field {
    /// Of what the log gives; the fields of bodies are described in `docs/asyncapi.yaml`.
    pub fn description(&self) -> Option<&'static str> {
        match self.field {
            POSITION => Some("Where in the log the event stands."),
            RECORDED_AT => Some("When the log recorded the event."),
            ITSELF => Some("That there is such an event."),
            _ => None,
        }
    }
}

/// A type of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Type(pub(super) &'static str);

impl Type {
    pub(super) const fn field(self, field: &'static str) -> Field {
        Field { event: self.0, field }
    }

    pub(super) const fn position(self) -> Field {
        self.field(POSITION)
    }

    pub(super) const fn recorded_at(self) -> Field {
        self.field(RECORDED_AT)
    }

    pub(super) const fn itself(self) -> Field {
        self.field(ITSELF)
    }
}

pub(super) const POSTED: Type = Type("rookery.message.posted.v1");
pub(super) const EDITED: Type = Type("rookery.message.edited.v1");
pub(super) const DELETED: Type = Type("rookery.message.deleted.v1");
pub(super) const REGISTERED: Type = Type("rookery.account.registered.v1");
pub(super) const PROFILE_CHANGED: Type = Type("rookery.account.profile-changed.v1");
pub(super) const DEACTIVATED: Type = Type("rookery.account.deactivated.v1");
pub(super) const FOLLOWED: Type = Type("rookery.account.followed.v1");
pub(super) const UNFOLLOWED: Type = Type("rookery.account.unfollowed.v1");
pub(super) const BLOCKED: Type = Type("rookery.account.blocked.v1");
pub(super) const LIKED: Type = Type("rookery.message.liked.v1");
pub(super) const UNLIKED: Type = Type("rookery.message.unliked.v1");
pub(super) const REPOSTED: Type = Type("rookery.message.reposted.v1");
pub(super) const UNREPOSTED: Type = Type("rookery.message.unreposted.v1");
pub(super) const MODERATED: Type = Type("rookery.account.moderated.v1");
pub(super) const ROLES_CHANGED: Type = Type("rookery.account.roles-changed.v1");
pub(super) const REPORT_FILED: Type = Type("rookery.report.filed.v1");
pub(super) const REPORT_RESOLVED: Type = Type("rookery.report.resolved.v1");
pub(super) const UNBLOCKED: Type = Type("rookery.account.unblocked.v1");
pub(super) const MUTED: Type = Type("rookery.account.muted.v1");
pub(super) const UNMUTED: Type = Type("rookery.account.unmuted.v1");
pub(super) const BOOKMARKED: Type = Type("rookery.message.bookmarked.v1");
pub(super) const UNBOOKMARKED: Type = Type("rookery.message.unbookmarked.v1");
pub(super) const CLAIMED: Type = Type("rookery.handle.claimed.v1");
pub(super) const RELEASED: Type = Type("rookery.handle.released.v1");
pub(super) const NOTIFICATIONS_READ: Type = Type("rookery.notifications.read.v1");
pub(super) const DROPPED: Type = Type("rookery.event.dropped.v1");
