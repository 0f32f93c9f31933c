//! `DELETE /v1/accounts/{id}/block`.

use axum::extract::State;
use axum::response::Response;
use domain::edge::DesiredState;
use http_kit::{Caller, StrictPath};

use super::change_block::change_block;
use crate::http::command::CommandRequest;
use crate::http::documentation::CommandHeaders;
use crate::refusal::Refusal;

/// Blocks an account no more.
///
/// What the block ended stays ended. Doing it again, or without a block, is answered alike. Needs the role `user` or
/// `admin`.
#[utoipa::path(
    delete, path = "/v1/accounts/{id}/block", tag = "accounts",
    params(
        ("id" = String, Path, description = "The other account's id"),
        CommandHeaders,
    ),
    responses(
        (status = 204, description = "Not blocked"),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["AccountMustNotBlockItself"]))),
)]
pub(crate) async fn unblock_account(
    State(state): State<crate::State>,
    caller: Caller,
    StrictPath(id): StrictPath<String>,
    request: CommandRequest,
) -> Result<Response, Refusal> {
    change_block(&state, &caller, &id, DesiredState::Unset, &request).await
}
