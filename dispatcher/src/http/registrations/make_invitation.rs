//! `POST /v1/invitations`.

use api_types::codes;
use api_types::registrations::{MadeInvitation, MakeInvitation};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use http_kit::{ApiProblem, Caller, StrictJson};
use time::OffsetDateTime;

use super::require_operator;
use crate::credential_store::{DAYS_MAX, NewInvitation, USES_MAX};
use crate::http::command;
use crate::refusal::Refusal;

/// Makes an invitation to register.
///
/// Its code is told this once. At most 300 are open; with more it is 503 `log-full`, until one is withdrawn. Needs the role
/// `operator` or `admin`.
#[utoipa::path(
    post, path = "/v1/invitations", tag = "registrations", request_body = MakeInvitation,
    responses(
        (status = 201, description = "Made", body = MadeInvitation),
    ),
    security(("bearer" = [])),
    extensions(("x-rate" = json!("profile")), ("x-problems" = json!(["role-required", "log-full"]))),
)]
pub(crate) async fn make_invitation(
    State(state): State<crate::State>,
    caller: Caller,
    body: StrictJson<MakeInvitation>,
) -> Result<Response, Refusal> {
    require_operator(&caller)?;
    let made_by = command::actor(&caller)?.account;
    let MakeInvitation { uses, days } = body.value;
    if !(1..=USES_MAX).contains(&uses) {
        return Err(Refusal::field("uses", "a number from 1 to 1000"));
    }
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(Refusal::field("days", "a number from 1 to 365"));
    }
    let ready = state.ready()?;
    let invitations = &ready.credential_store().invitations;
    let made = invitations.make(uses, days, made_by, OffsetDateTime::now_utc()).await?;
    let Some(NewInvitation { code, invitation }) = made else {
        return Err(ApiProblem::new(codes::LOG_FULL).detail("Too many invitations are open.").into());
    };
    let no_store = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    let id = invitation.id().to_owned();
    let made = MadeInvitation { id, code, uses, expires_at: invitation.expires_at };
    Ok((StatusCode::CREATED, no_store, Json(made)).into_response())
}
