//! Bodies of the routes of e-mail addresses. None of them shows a secret in its `Debug` form.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The address of an account.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Email {
    /// The one that is confirmed.
    pub email: Option<String>,
    /// One that got a mail and is not confirmed yet.
    pub pending: Option<String>,
}

/// A new address, or none.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetEmail {
    #[serde(default)]
    #[schema(example = "ada@example.org", max_length = 254)]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = Password, nullable = false)]
    pub password: Option<String>,
    /// Instead of the password: a proof of a log-in at an OpenID provider that opens the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub oidc_proof: Option<String>,
}

#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfirmEmail {
    /// The code of the mail.
    pub token: String,
}

#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestPasswordReset {
    /// Capital letters count as small ones.
    #[schema(example = "ada")]
    pub handle: String,
}

#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResetPassword {
    /// The code of the mail.
    pub token: String,
    #[schema(format = Password)]
    pub new_password: String,
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

hidden!(Email, SetEmail, ConfirmEmail, RequestPasswordReset, ResetPassword);
