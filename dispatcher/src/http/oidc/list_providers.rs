//! `GET /v1/oidc/providers`.

use api_types::oidc::OidcProvider;
use axum::Json;
use axum::extract::State;

/// Lists the OpenID providers at which people may log in.
///
/// Needs no identity. The order is the operator's.
#[utoipa::path(
    get, path = "/v1/oidc/providers", tag = "oidc",
    responses(
        (status = 200, description = "Maybe none", body = Vec<OidcProvider>),
    ),
)]
pub(crate) async fn list_oidc_providers(State(state): State<crate::State>) -> Json<Vec<OidcProvider>> {
    Json(state.providers().names().map(|name| OidcProvider { name: name.to_owned() }).collect())
}
