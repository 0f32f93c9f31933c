//! The tokens of a session, as the answer to a log-in or a refresh.

use std::time::SystemTime;

use api_types::sessions::{SessionTokens, TokenType};
use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use http_kit::{ApiProblem, Role, Roles};

use super::refresh_token::RefreshToken;
use super::signing_keys::{ACCESS_TOKEN_LIFETIME, SigningKeys};

/// An access token with the refresh token beside it. Roles beyond `user` are given by an operator's tokens alone.
pub(crate) fn session_tokens(
    keys: &SigningKeys,
    refresh_token: &RefreshToken,
) -> Result<Response, ApiProblem> {
    let access_token = keys.sign(
        refresh_token.account,
        Roles::none().with(Role::User),
        refresh_token.family,
        SystemTime::now(),
    )?;
    let tokens = SessionTokens {
        access_token,
        token_type: TokenType::Bearer,
        expires_in: ACCESS_TOKEN_LIFETIME.as_secs(),
        refresh_token: refresh_token.to_text(),
    };
    // RFC 6749 §5.1.
    let no_store = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((StatusCode::CREATED, no_store, Json(tokens)).into_response())
}
