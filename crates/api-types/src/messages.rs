//! Bodies of the message routes. Texts and tags are plain strings here; the domain decides what they may be.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::profiles::Author;

/// A new message.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PostMessage {
    /// 1 to 280 Unicode code points after NFC, at most 1,120 bytes of UTF-8, something to see among them, no NUL.
    #[schema(example = "The nightjars are back", min_length = 1, max_length = 280)]
    pub text: String,
    /// The only tag. Give `tag` or `tags`, not both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "birds")]
    pub tag: Option<String>,
    /// At most 8 tags. Folded (case, width, what is not shown), trimmed, spaces become dashes; then 1 to 64 code points
    /// each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 8)]
    pub tags: Option<Vec<String>>,
    /// The id of the message that this one answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "256", pattern = "^[1-9][0-9]{0,18}$")]
    pub in_reply_to: Option<String>,
}

/// A new edition of a message. What is absent stays as it was.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EditMessage {
    /// As in `PostMessage`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 280)]
    pub text: Option<String>,
    /// The only tag from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// All tags from now on; an empty array removes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 8)]
    pub tags: Option<Vec<String>>,
}

/// What a command on a message did. The message itself is read from the query API, with `Await-Position`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageReceipt {
    /// Decimal id of the message: its position in the log.
    #[schema(example = "256")]
    pub id: String,
    /// 1 for a new message; one more with every edit.
    #[schema(example = 1)]
    pub edition: u32,
}

/// A message in its latest edition.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Decimal id: the message's position in the log.
    #[schema(example = "256")]
    pub id: String,
    /// NFC-normalised text.
    pub text: String,
    /// The first of `tags`, or null.
    #[schema(required)]
    pub tag: Option<String>,
    /// Folded, in the order in which they were given, without repetition.
    pub tags: Vec<String>,
    pub author: Author,
    /// When the log recorded it (imported messages: their original time), UTC.
    #[serde(with = "crate::utc_micros")]
    #[schema(example = "2026-01-31T12:00:00.000000Z")]
    pub created_at: OffsetDateTime,
    /// When its latest edition was recorded, or null.
    #[serde(with = "crate::utc_micros::option")]
    #[schema(required, example = "2026-01-31T12:00:00.000000Z")]
    pub edited_at: Option<OffsetDateTime>,
    /// Id of the message that it answers, or null.
    #[schema(required)]
    pub in_reply_to: Option<String>,
    /// 1 until it is edited.
    pub edition: u32,
    /// How many accounts like it.
    pub likes: i64,
    /// How many accounts reposted it.
    pub reposts: i64,
    /// How many messages answer it, not counting deleted ones and answers to answers.
    pub replies: i64,
    /// Whether the caller likes it.
    pub liked: bool,
    /// Whether the caller reposted it.
    pub reposted: bool,
    /// Whether the caller bookmarked it. Nobody sees the bookmarks of others.
    pub bookmarked: bool,
}

/// The place of a deleted message in a conversation that goes on below it, without its text and its author.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeletedMessage {
    /// As in `Message`.
    #[schema(example = "256")]
    pub id: String,
    /// Always true; a `Message` has no such field.
    #[schema(example = true)]
    pub deleted: bool,
    /// As in `Message`.
    #[serde(with = "crate::utc_micros")]
    pub created_at: OffsetDateTime,
    /// As in `Message`.
    pub in_reply_to: Option<String>,
}

/// A part of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ThreadMessage {
    Message(Box<Message>),
    Deleted(DeletedMessage),
}

/// A message, what it answers and what answers it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Thread {
    /// From the begin of the conversation to what the message answers, at most the nearest 50.
    #[schema(max_items = 50)]
    pub ancestors: Vec<ThreadMessage>,
    pub message: ThreadMessage,
    /// The first page of `GET /v1/messages/{id}/replies`.
    pub replies: Vec<ThreadMessage>,
}

/// One edition of a message, oldest first in a history.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Edition {
    /// 1 for the original.
    pub edition: u32,
    /// Text of this edition.
    pub text: String,
    /// The first of `tags`, or null.
    #[schema(required)]
    pub tag: Option<String>,
    /// Tags of this edition.
    pub tags: Vec<String>,
    /// When this edition was recorded, UTC.
    #[serde(with = "crate::utc_micros")]
    #[schema(example = "2026-01-31T12:00:00.000000Z")]
    pub made_at: OffsetDateTime,
}

/// How many messages were created in one bucket of time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CountBucket {
    /// Begin of the bucket, RFC 3339 to the second, in the offset that the asked time zone has at that moment.
    #[schema(example = "2026-01-01T00:00:00+01:00")]
    pub start: String,
    /// Exact number of messages whose local time lies in the bucket.
    pub count: i64,
}
