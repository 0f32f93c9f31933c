//! `POST /v1/oidc/proofs`.

use api_types::oidc::{OidcProof, ProveOidcLogin};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use http_kit::{ClientAddress, StrictJson};

use super::private;
use crate::auth::{self, PROOF, Returned};
use crate::refusal::Refusal;

/// Ends a log-in at an OpenID provider: gets a proof of who somebody is there.
///
/// An `authorization` is good once, and only where the person came back to the address that it was begun with. Each
/// provider has addresses of its own, so no provider gets the code of another. A proof is good for ten minutes: it
/// opens a session of the account that it is linked with, registers one, links one that the caller has, or stands where
/// a password would. E-mail addresses are not asked of providers, and link nothing.
#[utoipa::path(
    post, path = "/v1/oidc/proofs", tag = "oidc", request_body = ProveOidcLogin,
    responses(
        (status = 201, description = "The provider confirmed it", body = OidcProof),
    ),
    extensions(("x-rate" = json!("log-in")), ("x-problems" = json!(["oidc-authorization-invalid", "oidc-refused", "oidc-not-configured",
        "oidc-unavailable", "rate-limited", "log-full"]))),
)]
pub(crate) async fn prove_oidc_login(
    State(state): State<crate::State>,
    address: ClientAddress,
    body: StrictJson<ProveOidcLogin>,
) -> Result<Response, Refusal> {
    let ProveOidcLogin { authorization, redirect_uri, state: returned, code, iss } = body.value;
    let returned = Returned { ticket: authorization, redirect_uri, state: returned, code, issuer: iss };
    let proved = auth::prove(&state, returned, address).await?;
    let body =
        OidcProof { proof: proved.ticket, expires_in: PROOF.lifetime.as_secs(), linked: proved.is_linked };
    Ok(private(StatusCode::CREATED, body))
}
