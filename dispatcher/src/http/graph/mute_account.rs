//! `PUT /v1/accounts/{id}/mute`.

use axum::extract::State;
use axum::response::Response;
use domain::edge::DesiredState;
use http_kit::{Caller, StrictPath};

use super::change_mute::change_mute;
use crate::http::command::CommandRequest;
use crate::http::documentation::CommandHeaders;
use crate::refusal::Refusal;

/// Mutes an account.
///
/// What it posts and reposts, and its messages that others repost, are not in the caller's timeline, and what it does is
/// not in the caller's notifications. Everything else stays as it is, and nobody is told. Doing it again is answered
/// alike. Needs the role `user` or `admin`.
#[utoipa::path(
    put, path = "/v1/accounts/{id}/mute", tag = "accounts",
    params(
        ("id" = String, Path, description = "The other account's id"),
        CommandHeaders,
    ),
    responses(
        (status = 204, description = "Muted"),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["AccountMustExist", "AccountMustNotMuteItself"]))),
)]
pub(crate) async fn mute_account(
    State(state): State<crate::State>,
    caller: Caller,
    StrictPath(id): StrictPath<String>,
    request: CommandRequest,
) -> Result<Response, Refusal> {
    change_mute(&state, &caller, &id, DesiredState::Set, &request).await
}
