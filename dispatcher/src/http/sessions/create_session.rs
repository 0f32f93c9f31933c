//! `POST /v1/sessions`.

use api_types::sessions::{CreateSession, SessionTokens};
use axum::extract::State;
use axum::response::Response;
use domain::{Handle, Password};
use http::HeaderMap;
use http_kit::{ClientAddress, StrictJson};

use crate::auth::{self, DeviceToken, LogIn, Visitor};
use crate::refusal::Refusal;

use super::{logged_in, name};

/// Logs in with a handle and its password.
///
/// The access token is good for an hour; the refresh token gets the next one, within 30 days. Wrong passwords slow down
/// whoever tries: of strangers, all who try the same handle together. Who shows a device token of the account, or comes
/// from an address from which its owner logged in before, is no stranger.
#[utoipa::path(
    post, path = "/v1/sessions", tag = "sessions", request_body = CreateSession,
    responses(
        (status = 201, description = "Logged in", body = SessionTokens),
    ),
    extensions(("x-rate" = json!("log-in")), ("x-problems" = json!(["credentials-invalid", "otp-required", "otp-invalid", "account-suspended", "rate-limited", "log-full"]))),
)]
pub(crate) async fn create_session(
    State(state): State<crate::State>,
    address: ClientAddress,
    headers: HeaderMap,
    body: StrictJson<CreateSession>,
) -> Result<Response, Refusal> {
    let CreateSession { handle, password, otp, name, device_token, remember_device } = body.value;
    let visitor = Visitor {
        address,
        session_name: name::of(name.as_deref(), &headers)?,
        device: device_token.as_deref().and_then(DeviceToken::parse),
        remember_device,
    };
    let log_in = LogIn {
        // What cannot be a handle belongs to nobody, as everybody can see; so a quick answer gives nothing away.
        handle: Handle::parse(&handle).map_err(|_malformed| auth::refused())?,
        password: Password::guess(&password),
        otp,
        visitor,
    };
    logged_in(&state, auth::log_in(&state, log_in).await?)
}
