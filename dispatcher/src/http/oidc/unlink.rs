//! `POST /v1/accounts/me/oidc/{link}/unlink`.

use api_types::second_factor::Confirm;
use axum::extract::State;
use http::StatusCode;
use http_kit::{Caller, StrictJson, StrictPath};

use crate::auth::{self, Confirmation, confirm_owner};
use crate::http::command;
use crate::refusal::Refusal;

/// Takes a log-in at an OpenID provider away from the caller's account, and ends all its other sessions at once.
///
/// The last way into an account stays: a password, or another log-in, has to be there. Repeating it does no harm.
#[utoipa::path(
    post, path = "/v1/accounts/me/oidc/{link}/unlink", tag = "oidc", request_body = Confirm,
    params(("link" = String, Path, description = "As the list of links names it")),
    responses(
        (status = 204, description = "It opens the account no more"),
    ),
    security(("bearer" = [])),
    extensions(("x-rate" = json!("profile")), ("x-problems" = json!(["session-required", "password-wrong", "oidc-proof-invalid", "last-way-in",
        "rate-limited", "log-full"]))),
)]
pub(crate) async fn unlink_oidc(
    State(state): State<crate::State>,
    caller: Caller,
    StrictPath(link): StrictPath<String>,
    body: StrictJson<Confirm>,
) -> Result<StatusCode, Refusal> {
    let session = caller.require_session()?;
    let account = command::actor(&caller)?.account;
    let confirmation = Confirmation::of(body.value.password.as_deref(), body.value.oidc_proof)?;
    confirm_owner(&state, account, &confirmation).await?;
    auth::unlink(&state, account, &link, session).await?;
    Ok(StatusCode::NO_CONTENT)
}
