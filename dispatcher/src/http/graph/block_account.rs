//! `PUT /v1/accounts/{id}/block`.

use axum::extract::State;
use axum::response::Response;
use domain::edge::DesiredState;
use http_kit::{Caller, StrictPath};

use super::change_block::change_block;
use crate::http::command::CommandRequest;
use crate::http::documentation::CommandHeaders;
use crate::refusal::Refusal;

/// Blocks an account.
///
/// Follows between the two end in both directions. Until it is taken back neither of the two can follow the other, or
/// react to, answer or notify the other, and neither sees messages, reposts and notifications of the other, nor the
/// other in lists of accounts. Nobody is told. Doing it again is answered alike. Needs the role `user` or `admin`.
#[utoipa::path(
    put, path = "/v1/accounts/{id}/block", tag = "accounts",
    params(
        ("id" = String, Path, description = "The other account's id"),
        CommandHeaders,
    ),
    responses(
        (status = 204, description = "Blocked"),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["AccountMustExist", "AccountMustNotBlockItself"]))),
)]
pub(crate) async fn block_account(
    State(state): State<crate::State>,
    caller: Caller,
    StrictPath(id): StrictPath<String>,
    request: CommandRequest,
) -> Result<Response, Refusal> {
    change_block(&state, &caller, &id, DesiredState::Set, &request).await
}
