//! `POST /v1/oidc/sessions`.

use api_types::oidc::CreateOidcSession;
use api_types::sessions::SessionTokens;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use http_kit::{ClientAddress, StrictJson};

use crate::auth::{self, DeviceToken, Visitor};
use crate::http::sessions::{logged_in, name};
use crate::refusal::Refusal;

/// Logs in with a proof of a log-in at an OpenID provider.
///
/// The session is like any other. An account's second factor is asked for as with a password; the proof is good for the
/// next try, too.
#[utoipa::path(
    post, path = "/v1/oidc/sessions", tag = "oidc", request_body = CreateOidcSession,
    responses(
        (status = 201, description = "Logged in", body = SessionTokens),
    ),
    extensions(("x-rate" = json!("session")), ("x-problems" = json!(["oidc-proof-invalid", "oidc-not-linked", "otp-required", "otp-invalid",
        "credentials-invalid", "account-suspended", "rate-limited", "log-full"]))),
)]
pub(crate) async fn create_oidc_session(
    State(state): State<crate::State>,
    address: ClientAddress,
    headers: HeaderMap,
    body: StrictJson<CreateOidcSession>,
) -> Result<Response, Refusal> {
    let CreateOidcSession { proof, otp, name, device_token, remember_device } = body.value;
    let visitor = Visitor {
        address,
        session_name: name::of(name.as_deref(), &headers)?,
        device: device_token.as_deref().and_then(DeviceToken::parse),
        remember_device,
    };
    logged_in(&state, auth::log_in_by_proof(&state, &proof, otp.as_deref(), visitor).await?)
}
