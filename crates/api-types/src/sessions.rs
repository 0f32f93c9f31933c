//! Bodies of the session routes. None of them shows a secret in its `Debug` form.

use std::fmt;

use serde::{Deserialize, Serialize};
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
