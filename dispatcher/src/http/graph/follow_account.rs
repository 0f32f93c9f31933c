//! `PUT /v1/accounts/{id}/follow`.

use axum::extract::State;
use axum::response::Response;
use domain::edge::DesiredState;
use http_kit::{Caller, StrictPath};

use super::change_follow::change_follow;
use crate::http::command::CommandRequest;
use crate::http::documentation::CommandHeaders;
use crate::refusal::Refusal;

/// Follows an account.
///
/// Doing it again is answered alike. Needs the role `user` or `admin`.
#[utoipa::path(
    put, path = "/v1/accounts/{id}/follow", tag = "accounts",
    params(
        ("id" = String, Path, description = "The other account's id"),
        CommandHeaders,
    ),
    responses(
        (status = 204, description = "Followed"),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["AccountMustExist", "AccountMustNotFollowItself", "AccountMustNotBeBlocked"]))),
)]
pub(crate) async fn follow_account(
    State(state): State<crate::State>,
    caller: Caller,
    StrictPath(id): StrictPath<String>,
    request: CommandRequest,
) -> Result<Response, Refusal> {
    change_follow(&state, &caller, &id, DesiredState::Set, &request).await
}
