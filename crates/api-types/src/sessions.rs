//! Bodies of the session routes. None of them shows a secret in its `Debug` form.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// Who logs in.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateSession {
    /// Capital letters count as small ones.
    #[schema(example = "ada")]
    pub handle: String,
    #[schema(example = "correct horse battery staple", format = Password)]
    pub password: String,
    /// A code of the account's authenticator, or a recovery code, where the account asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "123456", nullable = false)]
    pub otp: Option<String>,
    /// What the list of sessions calls this one; without it, what the header `User-Agent` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        example = "Phone",
        max_length = 100,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$",
        nullable = false
    )]
    pub name: Option<String>,
    /// As an earlier log-in to this account gave it to this device. It opens nothing by itself; with it, guesses of
    /// others do not slow this log-in down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub device_token: Option<String>,
    /// Whether the answer shall have a device token, to be kept on this device. An account has at most 16.
    #[serde(default)]
    pub remember_device: bool,
}

/// A new password.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangePassword {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = Password, nullable = false)]
    pub current_password: Option<String>,
    /// Instead of the password: a proof of a log-in at an OpenID provider that opens the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub oidc_proof: Option<String>,
    #[schema(format = Password)]
    pub new_password: String,
}

/// A session of the caller.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    #[schema(format = Uuid)]
    pub id: String,
    /// As it was named at log-in.
    pub name: String,
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When its refresh token was used last, or it was opened.
    #[serde(with = "time::serde::rfc3339")]
    pub last_used_at: OffsetDateTime,
    /// Whether the request belongs to it.
    pub current: bool,
}

/// What gets the next tokens.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RefreshSession {
    /// As the last answer gave it. It is good once.
    pub refresh_token: String,
}

/// The tokens of a session.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionTokens {
    /// A JWT, for `Authorization: Bearer`.
    pub access_token: String,
    pub token_type: TokenType,
    /// Seconds for which the access token is good.
    #[schema(example = 3600)]
    pub expires_in: u64,
    /// Opaque; for `POST /v1/sessions/refresh`, once, within 30 days.
    pub refresh_token: String,
    /// Opaque; for the next log-in to this account on this device, if it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub device_token: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub enum TokenType {
    Bearer,
}

impl fmt::Debug for CreateSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateSession").field("handle", &self.handle).finish_non_exhaustive()
    }
}

impl fmt::Debug for ChangePassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangePassword").finish_non_exhaustive()
    }
}

impl fmt::Debug for RefreshSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshSession").finish_non_exhaustive()
    }
}

impl fmt::Debug for SessionTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionTokens").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}
