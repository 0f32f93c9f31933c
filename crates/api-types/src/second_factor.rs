//! Bodies of the routes of second factors. None of them shows a secret in its `Debug` form.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// That it is the owner who asks: the password once more, or a proof.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Confirm {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = Password, nullable = false)]
    pub password: Option<String>,
    /// Instead of the password: a proof of a log-in at an OpenID provider that opens the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub oidc_proof: Option<String>,
}

/// What the authenticator shows.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfirmSecondFactor {
    #[schema(example = "123456", max_length = 40)]
    pub code: String,
}

/// Whether log-ins need a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecondFactorState {
    pub enabled: bool,
    pub recovery_codes_left: u64,
}

/// What an authenticator takes. It is shown this once.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecondFactorSecret {
    /// In base32, to be typed.
    pub secret: String,
    /// The same for a QR code: `otpauth://totp/…`
    pub url: String,
}

/// Codes for when the authenticator is lost, each good once. They are shown this once.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryCodes {
    pub recovery_codes: Vec<String>,
}

macro_rules! hidden {
    ($($name:ident),+) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        })+
    };
}

hidden!(Confirm, ConfirmSecondFactor, SecondFactorSecret, RecoveryCodes);
