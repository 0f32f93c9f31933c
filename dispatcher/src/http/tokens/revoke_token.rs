//! `DELETE /v1/tokens/{id}`.

use api_types::codes;
use axum::extract::State;
use http::StatusCode;
use http_kit::{ApiProblem, Caller, StrictPath};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::http::command;
use crate::refusal::Refusal;

/// Revokes one of the caller's personal tokens.
///
/// It is void at once, for other services within seconds.
#[utoipa::path(
    delete, path = "/v1/tokens/{token}", tag = "tokens",
    params(("token" = String, Path, format = Uuid, description = "The id, as the list of tokens has it")),
    responses(
        (status = 204, description = "The token is void"),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["not-found", "session-required", "too-many-tokens", "log-full"]))),
)]
pub(crate) async fn revoke_token(
    State(state): State<crate::State>,
    caller: Caller,
    StrictPath(id): StrictPath<Uuid>,
) -> Result<StatusCode, Refusal> {
    caller.require_session()?;
    let account = command::actor(&caller)?.account;
    let (ready, now) = (state.ready()?, OffsetDateTime::now_utc());
    let tokens = &ready.credential_store().personal_tokens;
    let found = tokens.list(account, now).await?.into_iter().find(|token| token.id == id);
    let Some(token) = found else {
        return Err(ApiProblem::new(codes::NOT_FOUND).detail("The caller has no such token.").into());
    };
    let expires = token.expires_at.unix_timestamp().unsigned_abs();
    let revoked = state.revocations().revoke_token(account, id, expires).await?;
    revoked
        .map_err(|error| ApiProblem::new(codes::TOO_MANY_TOKENS).detail(format!("Revoke all: {error}.")))?;
    tokens.note_revoked(account, id, now).await?;
    Ok(StatusCode::NO_CONTENT)
}
