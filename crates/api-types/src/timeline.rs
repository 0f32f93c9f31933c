//! Bodies of the timeline routes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::messages::Message;
use crate::profiles::Author;

/// Something that an account showed: its own message, or a repost.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeedItem {
    /// Position of the post or repost in the log, decimal. It orders timelines.
    #[schema(example = "512")]
    pub position: String,
    /// Who reposted it; null where the author posted it.
    #[schema(required)]
    pub reposted_by: Option<Author>,
    /// The message in its latest edition.
    pub message: Message,
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
