//! Bodies of reports and of what moderators decide.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// What moderators should look at.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReportAccount {
    /// Id of the account.
    #[schema(example = "123456789012345", pattern = "^[1-9][0-9]{0,17}$")]
    pub account: String,
    /// Id of a message of that account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "256", pattern = "^[1-9][0-9]{0,17}$")]
    pub message: Option<String>,
    /// `spam`, `harassment`, `impersonation`, `illegal` or `other`.
    #[schema(example = "spam", pattern = "^(spam|harassment|impersonation|illegal|other)$")]
    pub reason: String,
    /// 1 to 500 code points without control characters other than line breaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 500)]
    pub comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportReceipt {
    /// Of the report.
    #[schema(example = "512")]
    pub id: String,
}

/// What became of a report.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResolveReport {
    /// `acted` or `dismissed`.
    #[schema(example = "acted", pattern = "^(acted|dismissed)$")]
    pub outcome: String,
    /// As `comment` of a report; for other moderators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 500)]
    pub note: Option<String>,
}

/// What is done about an account.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ModerateAccount {
    /// `warn`, `silence`, `suspend` or `lift`.
    #[schema(example = "warn", pattern = "^(warn|silence|suspend|lift)$")]
    pub action: String,
    /// As of a report.
    #[schema(example = "spam", pattern = "^(spam|harassment|impersonation|illegal|other)$")]
    pub reason: String,
    /// As `comment` of a report; for other moderators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 500)]
    pub note: Option<String>,
}

/// A report, as moderators see it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportEntry {
    #[schema(example = "512")]
    pub id: String,
    pub reporter: String,
    pub account: String,
    #[schema(required)]
    pub message: Option<String>,
    /// What the message says now; null where it is deleted, and for a report of an account.
    #[schema(required)]
    pub text: Option<String>,
    pub reason: String,
    #[schema(required)]
    pub comment: Option<String>,
    #[serde(with = "crate::utc_micros")]
    #[schema(example = "2026-01-31T12:00:00.000000Z")]
    pub reported_at: OffsetDateTime,
    /// `acted` or `dismissed`; null while it is open.
    #[schema(required)]
    pub outcome: Option<String>,
    #[schema(required)]
    pub resolved_by: Option<String>,
    /// The words with which it was resolved.
    #[schema(required)]
    pub note: Option<String>,
}

/// A decision about an account, as moderators see it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModerationEntry {
    /// Of its event in the log.
    #[schema(example = "512")]
    pub id: String,
    pub account: String,
    /// `warn`, `silence`, `suspend`, `lift`, or `roles`.
    pub action: String,
    /// Null for roles.
    #[schema(required)]
    pub reason: Option<String>,
    /// The account's roles from then on.
    pub roles: Vec<String>,
    /// The moderator's id; null for an operator with a tool, and for the account itself.
    #[schema(required)]
    pub decided_by: Option<String>,
    /// Name of the operator. Null as `decidedBy` for the account itself.
    #[schema(required)]
    pub operator: Option<String>,
    /// Null for the account itself.
    #[schema(required)]
    pub note: Option<String>,
    #[serde(with = "crate::utc_micros")]
    #[schema(example = "2026-01-31T12:00:00.000000Z")]
    pub decided_at: OffsetDateTime,
}
