//! Bodies of the routes of tags.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// The busiest tags of a window of time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TopTags {
    /// Where the window before it begins, UTC. It ends where this one begins.
    #[serde(with = "crate::utc_micros")]
    #[schema(example = "2026-01-17T00:00:00.000000Z")]
    pub before_start: OffsetDateTime,
    /// Where the window begins, UTC.
    #[serde(with = "crate::utc_micros")]
    #[schema(example = "2026-01-24T00:00:00.000000Z")]
    pub start: OffsetDateTime,
    /// Where it ends, itself not included; null for the newest message.
    #[serde(with = "crate::utc_micros::option")]
    #[schema(required, example = "2026-01-31T00:00:00.000000Z")]
    pub end: Option<OffsetDateTime>,
    /// The busiest first; those that are equally busy in the order of their code points.
    #[schema(max_items = 100)]
    pub tags: Vec<TopTag>,
}

/// How busy a tag is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TopTag {
    #[schema(example = "birds")]
    pub tag: String,
    /// Messages with it that were created in the window.
    #[schema(minimum = 1)]
    pub messages: i64,
    /// The same in the window before.
    #[schema(minimum = 0)]
    pub before: i64,
    /// By how many the messages are more (or, below 0, fewer) than before.
    pub change: i64,
}
