//! The tokens of a session, as the answer to a log-in or a refresh.

use std::time::SystemTime;

use api_types::sessions::{SessionTokens, TokenType};
use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::moderation::Moderation;
use domain::{AccountId, Reason};
use event_store::ReadError;
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use http_kit::ApiProblem;
use tokens::{Role, Roles, SESSION_TOKEN_LIFETIME};

use super::device_token::DeviceToken;
use super::refresh_token::RefreshToken;
use super::signing_keys::SigningKeys;
use crate::executor::Executor;

/// The roles in the tokens of an account, and since when it is known that it has them. A token is no younger than that, so
/// that a decision which came while it was made voids it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionRoles {
    roles: Roles,
    read_at: SystemTime,
}

impl SessionRoles {
    /// As the log says now. None for who is suspended, but why.
    pub(crate) async fn read(
        executor: &Executor,
        account: AccountId,
    ) -> Result<Result<Self, Reason>, ReadError> {
        let read_at = SystemTime::now();
        let moderation = executor.moderation(account).await?;
        Ok(match moderation.suspended_for() {
            Some(reason) => Err(reason),
            None => Ok(Self { roles: roles_of(&moderation), read_at }),
        })
    }
}

/// `user`, and what operators gave.
fn roles_of(moderation: &Moderation) -> Roles {
    let given = moderation.roles.iter().map(|role| match role {
        domain::Role::Analyst => Role::Analyst,
        domain::Role::Consumer => Role::Consumer,
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
    roles: SessionRoles,
) -> Result<String, ApiProblem> {
    keys.sign(of.account, roles.roles, of.family, roles.read_at)
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
