//! `POST /v1/accounts/me/oidc`.

use api_types::oidc::{LinkOidc, OidcLink};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use http_kit::{Caller, StrictJson};

use super::{private, shown};
use crate::auth::{self, Confirmation, confirm_owner, open_proof};
use crate::http::command;
use crate::refusal::Refusal;

/// Lets a log-in at an OpenID provider open the caller's account, too.
///
/// Needs the password, or a proof of a log-in that opens the account already. Repeating it does no harm.
#[utoipa::path(
    post, path = "/v1/accounts/me/oidc", tag = "oidc", request_body = LinkOidc,
    responses(
        (status = 201, description = "It opens the account from now on", body = OidcLink),
    ),
    security(("bearer" = [])),
    extensions(("x-rate" = json!("profile")), ("x-problems" = json!(["session-required", "password-wrong", "oidc-proof-invalid", "oidc-linked",
        "too-many-oidc-links", "conflict", "rate-limited", "log-full"]))),
)]
pub(crate) async fn link_oidc(
    State(state): State<crate::State>,
    caller: Caller,
    body: StrictJson<LinkOidc>,
) -> Result<Response, Refusal> {
    caller.require_session()?;
    let account = command::actor(&caller)?.account;
    let LinkOidc { proof, password, oidc_proof } = body.value;
    let confirmation = Confirmation::of(password.as_deref(), oidc_proof)?;
    let proof = open_proof(&state, &proof).await?;
    confirm_owner(&state, account, &confirmation).await?;
    Ok(private(StatusCode::CREATED, shown(auth::link(&state, account, proof).await?)))
}
