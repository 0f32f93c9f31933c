//! The tokens of a session, as the answer to a log-in or a refresh.

use std::time::SystemTime;

use api_types::sessions::{SessionTokens, TokenType};
use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::moderation::Moderation;
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use http_kit::ApiProblem;
use tokens::{Role, Roles, SESSION_TOKEN_LIFETIME};

use super::device_token::DeviceToken;
use super::refresh_token::RefreshToken;
use super::signing_keys::SigningKeys;

/// The roles in the tokens of an account: `user`, and what operators gave it.
pub(crate) fn roles_of(moderation: &Moderation) -> Roles {
    let given = moderation.roles.iter().map(|role| match role {
        domain::Role::Analyst => Role::Analyst,
        domain::Role::Operator => Role::Operator,
        domain::Role::Moderator => Role::Moderator,
        domain::Role::Admin => Role::Admin,
    });
    given.collect::<Roles>().with(Role::User)
}

/// An access token of the session.
pub(crate) fn access_token(
    keys: &SigningKeys,
    of: &RefreshToken,
    roles: Roles,
) -> Result<String, ApiProblem> {
    keys.sign(of.account, roles, of.family, SystemTime::now())
}

/// The answer with an access token, the refresh token beside it, and the device token if there is one.
pub(crate) fn session_tokens(
    access_token: String,
    refresh_token: &RefreshToken,
    device: Option<&DeviceToken>,
) -> Response {
    let tokens = SessionTokens {
        access_token,
        token_type: TokenType::Bearer,
        expires_in: SESSION_TOKEN_LIFETIME.as_secs(),
        refresh_token: refresh_token.to_text(),
        device_token: device.map(DeviceToken::to_text),
    };
    // RFC 6749 §5.1.
    let no_store = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (StatusCode::CREATED, no_store, Json(tokens)).into_response()
}
