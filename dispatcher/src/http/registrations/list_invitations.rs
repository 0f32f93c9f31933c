//! `GET /v1/invitations`.

use api_types::registrations::Invitation;
use axum::Json;
use axum::extract::State;
use http_kit::Reader;
use time::OffsetDateTime;

use super::require_operator;
use crate::refusal::Refusal;

/// Lists the invitations that have not expired, oldest first: 300 at most.
///
/// Their codes are not told again. Needs the role `operator` or `admin`.
#[utoipa::path(
    get, path = "/v1/invitations", tag = "registrations",
    responses(
        (status = 200, description = "All of them", body = Vec<Invitation>),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["role-required", "invalid-parameter"]))),
)]
pub(crate) async fn list_invitations(
    State(state): State<crate::State>,
    Reader(caller): Reader,
) -> Result<Json<Vec<Invitation>>, Refusal> {
    require_operator(&caller)?;
    let invitations = state.ready()?.credential_store().invitations.list(OffsetDateTime::now_utc()).await?;
    let shown = invitations.into_iter().map(|invitation| Invitation {
        id: invitation.id().to_owned(),
        uses: invitation.uses,
        uses_left: invitation.uses_left,
        made_at: invitation.made_at,
        expires_at: invitation.expires_at,
        made_by: invitation.made_by.to_string(),
    });
    Ok(Json(shown.collect()))
}
