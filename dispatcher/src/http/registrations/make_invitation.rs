//! `POST /v1/invitations`.

use api_types::registrations::{Invitation, MakeInvitation};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use http_kit::{Caller, StrictJson};
use time::{Duration, OffsetDateTime};

use super::require_operator;
use crate::credential_store;
use crate::http::command;
use crate::refusal::Refusal;

const USES_MAX: u32 = 1_000;
const DAYS_MAX: u32 = 365;
const CODE_BYTES: usize = 16;

/// Makes an invitation to register.
///
/// Its code is told this once. Needs the role `operator` or `admin`.
#[utoipa::path(
    post, path = "/v1/invitations", tag = "registrations", request_body = MakeInvitation,
    responses(
        (status = 201, description = "Made", body = Invitation),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["role-required", "log-full"]))),
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
    let mut code = [0; CODE_BYTES];
    rand::fill(&mut code);
    let code = URL_SAFE_NO_PAD.encode(code);
    let now = OffsetDateTime::now_utc();
    let expires_at = now + Duration::days(days.into()) - Duration::nanoseconds(now.nanosecond().into());
    let kept = credential_store::Invitation { uses_left: uses, expires_at, made_by };
    state.ready()?.credential_store().invitations.make(&code, &kept).await?;
    let no_store = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((StatusCode::CREATED, no_store, Json(Invitation { code, uses, expires_at })).into_response())
}
