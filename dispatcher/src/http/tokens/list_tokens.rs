//! `GET /v1/tokens`.

use api_types::tokens::Token;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::CACHE_CONTROL;
use http_kit::Reader;
use time::OffsetDateTime;

use crate::http::command;
use crate::refusal::Refusal;

use super::show;

/// Lists the caller's personal tokens, the newest first, without what opens anything.
#[utoipa::path(
    get, path = "/v1/tokens", tag = "tokens",
    responses(
        (status = 200, description = "Those that are good", body = Vec<Token>),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["session-required"]))),
)]
pub(crate) async fn list_tokens(
    State(state): State<crate::State>,
    Reader(caller): Reader,
) -> Result<Response, Refusal> {
    caller.require_session()?;
    let account = command::actor(&caller)?.account;
    let ready = state.ready()?;
    let tokens = &ready.credential_store().personal_tokens;
    let tokens = tokens.list(account, OffsetDateTime::now_utc()).await?;
    let tokens: Vec<Token> = tokens.into_iter().filter(|token| !token.is_revoked).map(show).collect();
    let no_store = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((no_store, Json(tokens)).into_response())
}
