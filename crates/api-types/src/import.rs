//! Lines of `POST /v1/import`, which takes and answers newline-delimited JSON.

mod lines;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

pub use self::lines::{
    ImportAccount, ImportBookmark, ImportDeactivate, ImportDelete, ImportEdit, ImportFollow, ImportLike,
    ImportMessage, ImportRepost, ImportUnbookmark, ImportUnfollow, ImportUnlike, ImportUnrepost,
    ImportedLine, ImportedMessage,
};

/// Something to import, with its original time.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(discriminator(property_name = "kind", mapping(
    ("account" = "#/components/schemas/ImportAccount"),
    ("message" = "#/components/schemas/ImportMessage"),
    ("follow" = "#/components/schemas/ImportFollow"),
    ("like" = "#/components/schemas/ImportLike"),
    ("repost" = "#/components/schemas/ImportRepost"),
    ("bookmark" = "#/components/schemas/ImportBookmark"),
    ("edit" = "#/components/schemas/ImportEdit"),
    ("delete" = "#/components/schemas/ImportDelete"),
    ("unfollow" = "#/components/schemas/ImportUnfollow"),
    ("unlike" = "#/components/schemas/ImportUnlike"),
    ("unrepost" = "#/components/schemas/ImportUnrepost"),
    ("unbookmark" = "#/components/schemas/ImportUnbookmark"),
    ("deactivate" = "#/components/schemas/ImportDeactivate"),
)))]
pub enum ImportLine {
    Account(ImportAccount),
    Message(ImportMessage),
    Follow(ImportFollow),
    Like(ImportLike),
    Repost(ImportRepost),
    Bookmark(ImportBookmark),
    Edit(ImportEdit),
    Delete(ImportDelete),
    Unfollow(ImportUnfollow),
    Unlike(ImportUnlike),
    Unrepost(ImportUnrepost),
    Unbookmark(ImportUnbookmark),
    Deactivate(ImportDeactivate),
}

impl ImportLine {
    pub fn kind(&self) -> ImportKind {
        match self {
            Self::Account(_) => ImportKind::Account,
            Self::Message(_) => ImportKind::Message,
            Self::Follow(_) => ImportKind::Follow,
            Self::Like(_) => ImportKind::Like,
            Self::Repost(_) => ImportKind::Repost,
            Self::Bookmark(_) => ImportKind::Bookmark,
            Self::Edit(_) => ImportKind::Edit,
            Self::Delete(_) => ImportKind::Delete,
            Self::Unfollow(_) => ImportKind::Unfollow,
            Self::Unlike(_) => ImportKind::Unlike,
            Self::Unrepost(_) => ImportKind::Unrepost,
            Self::Unbookmark(_) => ImportKind::Unbookmark,
            Self::Deactivate(_) => ImportKind::Deactivate,
        }
    }

    pub fn time(&self) -> OffsetDateTime {
        match self {
            Self::Account(line) => line.time,
            Self::Message(line) => line.time,
            Self::Follow(line) => line.time,
            Self::Like(line) => line.time,
            Self::Repost(line) => line.time,
            Self::Bookmark(line) => line.time,
            Self::Edit(line) => line.time,
            Self::Delete(line) => line.time,
            Self::Unfollow(line) => line.time,
            Self::Unlike(line) => line.time,
            Self::Unrepost(line) => line.time,
            Self::Unbookmark(line) => line.time,
            Self::Deactivate(line) => line.time,
        }
    }

    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Account(line) => line.key.as_deref(),
            Self::Message(line) => line.key.as_deref(),
            Self::Follow(line) => line.key.as_deref(),
            Self::Like(line) => line.key.as_deref(),
            Self::Repost(line) => line.key.as_deref(),
            Self::Bookmark(line) => line.key.as_deref(),
            Self::Edit(line) => line.key.as_deref(),
            Self::Delete(line) => line.key.as_deref(),
            Self::Unfollow(line) => line.key.as_deref(),
            Self::Unlike(line) => line.key.as_deref(),
            Self::Unrepost(line) => line.key.as_deref(),
            Self::Unbookmark(line) => line.key.as_deref(),
            Self::Deactivate(line) => line.key.as_deref(),
        }
    }
}

/// What a line imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImportKind {
    Account,
    Message,
    Follow,
    Like,
    Repost,
    Bookmark,
    Edit,
    Delete,
    Unfollow,
    Unlike,
    Unrepost,
    Unbookmark,
    Deactivate,
}

impl ImportKind {
    /// Whether it changes what other lines may have brought, so that its place among them counts.
    pub fn is_change(self) -> bool {
        match self {
            Self::Account | Self::Message | Self::Follow | Self::Like | Self::Repost | Self::Bookmark => {
                false
            }
            Self::Edit
            | Self::Delete
            | Self::Unfollow
            | Self::Unlike
            | Self::Unrepost
            | Self::Unbookmark
            | Self::Deactivate => true,
        }
    }
}

/// The part of a line by which to tell what the rest must be.
#[derive(Debug, Deserialize)]
pub struct ImportHead {
    pub kind: ImportKind,
}

/// What became of one line, in the order of the lines.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportReport {
    /// Number of the line, from 1.
    pub line: u64,
    /// What it imports, where that could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub kind: Option<ImportKind>,
    /// `imported`, `repeated` (its key was imported before) or `refused`.
    pub outcome: ImportOutcome,
    /// The id of the account or message that the line brought; other lines have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub id: Option<String>,
    /// Why it was refused: an error code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub code: Option<String>,
    /// The same in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub detail: Option<String>,
}

/// See `ImportReport`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImportOutcome {
    /// Appended by this request.
    Imported,
    /// Its key had been imported before, maybe by an earlier line; `id` is the one of that import.
    Repeated,
    /// Not in the log.
    Refused,
}
