//! `GET /v1/accounts/me/email`.

use api_types::email::Email;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::CACHE_CONTROL;
use http_kit::Reader;

use crate::http::command;
use crate::refusal::Refusal;

/// The e-mail address of the caller's account.
///
/// Needs a session. Nobody else sees the address, and no event holds it.
#[utoipa::path(
    get, path = "/v1/accounts/me/email", tag = "sessions",
    responses(
        (status = 200, description = "What is confirmed, and what waits for that", body = Email),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["session-required"]))),
)]
pub(crate) async fn get_email(
    State(state): State<crate::State>,
    Reader(caller): Reader,
) -> Result<Response, Refusal> {
    caller.require_session()?;
    let ready = state.ready()?;
    let known = ready.credential_store().addresses.get(command::actor(&caller)?.account).await?;
    let shown = |address: Option<crate::credential_store::MailAddress>| {
        address.map(|address| address.expose().to_owned())
    };
    let email = Email { email: shown(known.confirmed), pending: shown(known.pending) };
    let no_store = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((no_store, Json(email)).into_response())
}
