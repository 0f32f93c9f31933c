//! Bodies of the commands on accounts. Handles and names are plain strings here; the domain decides what they may be.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A new account.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegisterAccount {
    /// 1 to 30 of a to z, 0 to 9 and _; capital letters are lower-cased. Nobody else has it.
    #[schema(example = "nightjar", min_length = 1, max_length = 30, pattern = "^[A-Za-z0-9_]+$")]
    pub handle: String,
    /// 8 to 128 code points after NFC. Every kind of space counts as U+0020; nothing else is changed.
    #[schema(format = Password, min_length = 8, max_length = 128)]
    pub password: String,
    /// 1 to 50 code points after trimming and NFC, something to see among them; no control characters, line separators
    /// or direction controls.
    #[schema(example = "Nightjar", min_length = 1, max_length = 50)]
    pub display_name: String,
    /// The code of an invitation, where registration is by invitation; else it is not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<String>,
}

/// Logs show requests; they must not show passwords.
impl fmt::Debug for RegisterAccount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { handle, password: _, display_name, invitation: _ } = self;
        formatter
            .debug_struct("RegisterAccount")
            .field("handle", handle)
            .field("display_name", display_name)
            .finish_non_exhaustive()
    }
}

/// What came of a registration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegisteredAccount {
    /// Decimal id of the account.
    #[schema(example = "123456789012345")]
    pub id: String,
    /// Lower-cased.
    pub handle: String,
    /// Trimmed and NFC-normalised.
    pub display_name: String,
}

/// Changes of the caller's own profile. What is absent stays as it was.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeProfile {
    /// As in `RegisterAccount`. The old one is free again at the same moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 30, pattern = "^[A-Za-z0-9_]+$")]
    pub handle: Option<String>,
    /// As in `RegisterAccount`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 50)]
    pub display_name: Option<String>,
    /// At most 500 code points after NFC, no control characters except line breaks and tabs; may be empty or show
    /// nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub bio: Option<String>,
}

/// The caller's profile as it is from now on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProfileReceipt {
    /// Decimal id of the account.
    #[schema(example = "123456789012345")]
    pub id: String,
    /// Lower-cased.
    pub handle: String,
    /// Trimmed and NFC-normalised.
    pub display_name: String,
    /// NFC-normalised.
    pub bio: String,
}

/// How far the caller has read its notifications.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MarkNotificationsRead {
    /// The `position` of the newest notification that was read.
    #[schema(example = "25600", pattern = "^[1-9][0-9]{0,18}$")]
    pub until: String,
}
