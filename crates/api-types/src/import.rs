//! Lines of `POST /v1/messages:import`, which takes and answers newline-delimited JSON.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// One message to import, with its original author and time.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportLine {
    /// As in `PostMessage`.
    pub text: String,
    /// As in `PostMessage`.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Decimal id of the author's account.
    pub account: String,
    /// When the message was written; not in the future.
    #[serde(with = "time::serde::rfc3339")]
    pub time: OffsetDateTime,
    /// Makes the line safe to repeat: within 48 hours the same key is imported once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// What became of one line, in the order of the lines.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportReport {
    /// Number of the line, from 1.
    pub line: u64,
    /// `imported`, `repeated` (its key was imported before) or `refused`.
    pub outcome: ImportOutcome,
    /// The message's id, unless refused.
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
    /// Its key had been imported before; `id` is the message's id of then.
    Repeated,
    /// Not in the log.
    Refused,
}
