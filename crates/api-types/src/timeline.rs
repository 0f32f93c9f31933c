//! Bodies of the timeline routes.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// Something that an account showed: its own message, or a repost.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeedItem {
    /// Position of the post or repost in the log, decimal. It orders timelines.
    #[schema(example = "512")]
    pub position: String,
    /// Who reposted it; null where the author posted it.
    pub reposted_by: Option<FeedAccount>,
    /// The message in its latest edition.
    pub message: FeedMessage,
}

/// What is new in a home timeline.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimelineUpdates {
    /// Newest first.
    pub items: Vec<FeedItem>,
    /// There are more between the last of these and the position asked for.
    pub has_more: bool,
}

/// An account beside what it did.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeedAccount {
    /// Decimal id.
    #[schema(example = "123456789012345")]
    pub id: String,
    /// Null if it never registered.
    pub handle: Option<String>,
    /// Null if it never registered.
    pub display_name: Option<String>,
}

/// A message in its latest edition, with what others and the caller made of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeedMessage {
    /// Decimal id: the message's position in the log.
    #[schema(example = "256")]
    pub id: String,
    /// NFC-normalised text.
    pub text: String,
    /// The first of `tags`, or null.
    pub tag: Option<String>,
    /// In the order in which they were given, without repetition.
    pub tags: Vec<String>,
    /// Who wrote it.
    pub author: FeedAccount,
    /// When the log recorded it (imported messages: their original time), UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When its latest edition was recorded, or null.
    #[serde(with = "time::serde::rfc3339::option")]
    pub edited_at: Option<OffsetDateTime>,
    /// Id of the message that it answers, or null.
    pub in_reply_to: Option<String>,
    /// 1 until it is edited.
    pub edition: u32,
    /// Accounts that like it.
    pub likes: i64,
    /// Accounts that reposted it.
    pub reposts: i64,
    /// Messages that answer it.
    pub replies: i64,
    /// The caller likes it.
    pub liked: bool,
    /// The caller reposted it.
    pub reposted: bool,
}
