//! `POST /v1/oidc/authorizations`.

use api_types::oidc::{BeginOidcAuthorization, OidcAuthorization};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use http_kit::{ClientAddress, StrictJson};

use super::private;
use crate::auth::{self, AUTHORIZATION};
use crate::refusal::Refusal;

/// Begins a log-in at an OpenID provider.
///
/// The client keeps `authorization`, and sends the person to `authorizationUrl`. The provider sends them back to
/// `redirectUri` with `code` and `state`, which go with `authorization` to `POST /v1/oidc/proofs`, within ten minutes.
/// Nothing is kept here meanwhile.
#[utoipa::path(
    post, path = "/v1/oidc/authorizations", tag = "oidc", request_body = BeginOidcAuthorization,
    responses(
        (status = 201, description = "Begun", body = OidcAuthorization),
    ),
    extensions(("x-rate" = json!("session")), ("x-problems" = json!(["oidc-not-configured", "oidc-unavailable", "rate-limited"]))),
)]
pub(crate) async fn begin_oidc_authorization(
    State(state): State<crate::State>,
    address: ClientAddress,
    body: StrictJson<BeginOidcAuthorization>,
) -> Result<Response, Refusal> {
    let BeginOidcAuthorization { provider, redirect_uri } = body.value;
    let begun = auth::begin_authorization(&state, &provider, redirect_uri, address).await?;
    let expires_in = AUTHORIZATION.lifetime.as_secs();
    let body = OidcAuthorization { authorization_url: begun.url, authorization: begun.ticket, expires_in };
    Ok(private(StatusCode::CREATED, body))
}
