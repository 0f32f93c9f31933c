//! `GET /v1/registrations`.

use api_types::registrations::RegistrationRequest;
use axum::Json;
use axum::extract::State;
use http_kit::Reader;
use time::OffsetDateTime;

use super::require_operator;
use crate::refusal::Refusal;

/// Lists who waits to be registered, oldest first: 150 at most.
///
/// Who is not answered within 30 days is forgotten. Needs the role `operator` or `admin`.
#[utoipa::path(
    get, path = "/v1/registrations", tag = "registrations",
    responses(
        (status = 200, description = "All of them", body = Vec<RegistrationRequest>),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["role-required", "invalid-parameter"]))),
)]
pub(crate) async fn list_registrations(
    State(state): State<crate::State>,
    Reader(caller): Reader,
) -> Result<Json<Vec<RegistrationRequest>>, Refusal> {
    require_operator(&caller)?;
    let requests = state.ready()?.credential_store().requests.list(OffsetDateTime::now_utc()).await?;
    let shown = requests.into_iter().map(|request| RegistrationRequest {
        handle: request.handle.into_string(),
        display_name: request.display_name.into_string(),
        requested_at: request.requested_at,
    });
    Ok(Json(shown.collect()))
}
