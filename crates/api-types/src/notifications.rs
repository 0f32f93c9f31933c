//! Bodies of the notification routes.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::profiles::AccountEntry;

/// A page of notifications, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Notifications {
    pub items: Vec<Notification>,
    /// How many of all notifications are not read, counted up to 1,000.
    #[schema(minimum = 0, maximum = 1000)]
    pub unread: i64,
}

/// Something that another account did.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// Of its event in the log. What was read last is what `PUT /v1/notifications/read` takes.
    #[schema(example = "512")]
    pub position: String,
    pub kind: NotificationKind,
    /// Who did it; of `moderated` the caller.
    pub account: AccountEntry,
    /// The liked or reposted message, or the reply; null otherwise.
    #[schema(required, example = "256")]
    pub message: Option<String>,
    /// When the log recorded it, UTC.
    #[serde(with = "crate::utc_micros")]
    #[schema(example = "2026-01-31T12:00:00.000000Z")]
    pub created_at: OffsetDateTime,
    pub read: bool,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum NotificationKind {
    Followed,
    Liked,
    Reposted,
    Replied,
    /// A moderator acted on the caller's account: `GET /v1/accounts/me/moderation` says how and why.
    Moderated,
}
