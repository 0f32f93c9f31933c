//! Accounts as readers see them. What only their owners may know is in none of these.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// Who wrote or shared something.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Author {
    /// Decimal id of the account.
    #[schema(example = "123456789012345")]
    pub id: String,
    /// Null for an account that another system knows and that never registered here.
    #[schema(required, example = "heron")]
    pub handle: Option<String>,
    /// Null as `handle`.
    #[schema(required, example = "Grey Heron")]
    pub display_name: Option<String>,
}

/// An account in a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountEntry {
    /// Decimal id of the account.
    #[schema(example = "123456789012345")]
    pub id: String,
    /// Null for an account that another system knows and that never registered here.
    #[schema(required, example = "heron")]
    pub handle: Option<String>,
    /// Null as `handle`.
    #[schema(required, example = "Grey Heron")]
    pub display_name: Option<String>,
    /// Whether the caller follows it.
    pub followed: bool,
}

/// An account that registered and is not deactivated.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// Decimal id of the account.
    #[schema(example = "123456789012345")]
    pub id: String,
    /// In small letters.
    #[schema(example = "heron")]
    pub handle: String,
    #[schema(example = "Grey Heron")]
    pub display_name: String,
    /// What it says about itself; may be empty.
    pub bio: String,
    /// When the log recorded it, UTC.
    #[serde(with = "crate::utc_micros")]
    #[schema(example = "2026-01-31T12:00:00.000000Z")]
    pub registered_at: OffsetDateTime,
    /// How many accounts follow it.
    pub followers: i64,
    /// How many accounts it follows.
    pub following: i64,
    /// How many messages it posted that are not deleted.
    pub messages: i64,
    /// Whether the caller follows it.
    pub followed: bool,
    /// Whether the caller blocks it.
    pub blocked: bool,
    /// Whether the caller mutes it.
    pub muted: bool,
    /// `silenced` or `suspended`. Only moderators and admins are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "silenced", pattern = "^(silenced|suspended)$")]
    pub restriction: Option<String>,
}
