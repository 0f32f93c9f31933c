//! Changes of messages, as rows.

use time::OffsetDateTime;

/// A message as it stands at the end of its first batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedRow {
    pub id: i64,
    pub author: i64,
    pub text: String,
    pub tags: Vec<String>,
    pub in_reply_to: Option<i64>,
    pub created_at: OffsetDateTime,
    /// Whether the author of what it answers is notified.
    pub is_told: bool,
    pub edited_at: Option<OffsetDateTime>,
    pub edition: i32,
    /// When the log recorded it, if it was imported.
    pub imported_at: Option<OffsetDateTime>,
    /// Of the latest edit.
    pub edit_position: Option<i64>,
}

/// The latest edition, at the end of the batch, of a message of an earlier batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditedRow {
    pub id: i64,
    pub text: String,
    pub tags: Vec<String>,
    pub edited_at: OffsetDateTime,
    pub edition: i32,
    pub position: i64,
}

/// An edition that was made and replaced within the batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionRow {
    pub message: i64,
    pub edition: i32,
    pub text: String,
    pub tags: Vec<String>,
    pub made_at: OffsetDateTime,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedRow {
    pub id: i64,
    pub author: i64,
    pub deleted_by: i64,
    pub deleted_at: OffsetDateTime,
    /// Of the event that deletes it.
    pub position: i64,
    /// Its author gave the account up.
    pub is_deactivation: bool,
}

/// The rows that a batch of events changes. A message that was posted and deleted within the batch is in both lists: it
/// is written and taken away again, so that its tombstone knows what it answered and its first tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageChanges {
    pub posted: Vec<PostedRow>,
    pub edited: Vec<EditedRow>,
    pub superseded: Vec<EditionRow>,
    pub deleted: Vec<DeletedRow>,
}
