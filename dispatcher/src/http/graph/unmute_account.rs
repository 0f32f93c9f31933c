//! `DELETE /v1/accounts/{id}/mute`.

use axum::extract::State;
use axum::response::Response;
use domain::edge::DesiredState;
use http_kit::{Caller, StrictPath};

use super::change_mute::change_mute;
use crate::http::command::CommandRequest;
use crate::http::documentation::CommandHeaders;
use crate::refusal::Refusal;

/// Mutes an account no more.
///
/// What was hidden is seen again. Doing it again, or without a mute, is answered alike. Needs the role `user` or `admin`.
#[utoipa::path(
    delete, path = "/v1/accounts/{id}/mute", tag = "accounts",
    params(
        ("id" = String, Path, description = "The other account's id"),
        CommandHeaders,
    ),
    responses(
        (status = 204, description = "Not muted"),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["AccountMustNotMuteItself"]))),
)]
pub(crate) async fn unmute_account(
    State(state): State<crate::State>,
    caller: Caller,
    StrictPath(id): StrictPath<String>,
    request: CommandRequest,
) -> Result<Response, Refusal> {
    change_mute(&state, &caller, &id, DesiredState::Unset, &request).await
}
