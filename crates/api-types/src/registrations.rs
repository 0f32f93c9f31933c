//! Bodies about who may register.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// An invitation to make.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MakeInvitation {
    /// How many accounts may be registered with it: 1 to 1,000.
    #[serde(default = "one")]
    #[schema(example = 1, minimum = 1, maximum = 1000)]
    pub uses: u32,
    /// How long it is good: 1 to 365 days.
    #[serde(default = "week")]
    #[schema(example = 7, minimum = 1, maximum = 365)]
    pub days: u32,
}

fn one() -> u32 {
    1
}

fn week() -> u32 {
    7
}

/// An invitation as it was made. Its code is told this once.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MadeInvitation {
    /// To withdraw it; not for the invited.
    pub id: String,
    /// For `invitation` of a registration.
    pub code: String,
    pub uses: u32,
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}

/// An invitation that has not expired.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Invitation {
    pub id: String,
    /// How many accounts may be registered with it.
    pub uses: u32,
    /// How many more.
    pub uses_left: u32,
    #[serde(with = "time::serde::rfc3339")]
    pub made_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// The account of the operator who made it; 9007199254740991 for one with a tool.
    pub made_by: String,
}

/// Somebody who waits to be registered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegistrationRequest {
    /// Lower-cased.
    #[schema(example = "nightjar")]
    pub handle: String,
    #[schema(example = "Nightjar")]
    pub display_name: String,
    #[serde(with = "time::serde::rfc3339")]
    pub requested_at: OffsetDateTime,
}
