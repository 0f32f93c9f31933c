//! `GET /v1/sessions`.

use api_types::sessions::Session;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::CACHE_CONTROL;
use http_kit::Reader;
use time::OffsetDateTime;

use crate::http::command;
use crate::refusal::Refusal;

/// Lists the caller's sessions, the one that was used last first: at most 32.
#[utoipa::path(
    get, path = "/v1/sessions", tag = "sessions",
    responses(
        (status = 200, description = "The sessions that go on", body = Vec<Session>),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["session-required"]))),
)]
pub(crate) async fn list_sessions(
    State(state): State<crate::State>,
    Reader(caller): Reader,
) -> Result<Response, Refusal> {
    let current = caller.require_session()?;
    let account = command::actor(&caller)?.account;
    let ready = state.ready()?;
    let sessions = &ready.credential_store().sessions;
    let families = sessions.list(account, OffsetDateTime::now_utc()).await?;
    let sessions = families.into_iter().map(|family| Session {
        id: family.id.to_string(),
        name: family.name,
        created_at: family.opened_at,
        last_used_at: family.refreshed_at,
        current: family.id == current,
    });
    let no_store = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((no_store, Json(sessions.collect::<Vec<_>>())).into_response())
}
