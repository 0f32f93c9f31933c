//! `DELETE /v1/accounts/{id}/follow`.

use axum::extract::State;
use axum::response::Response;
use domain::edge::Wish;
use http_kit::idempotency::IdempotencyKey;
use http_kit::{ApiProblem, Caller, RequestContext, StrictPath};

use super::change_follow::change_follow;
use crate::http::documentation::CommandHeaders;

/// Follows an account no more.
///
/// Doing it again, or without following, is answered alike. Needs the role `user` or `admin`.
#[utoipa::path(
    delete, path = "/v1/accounts/{id}/follow", tag = "accounts",
    params(
        ("id" = String, Path, description = "The other account's id"),
        CommandHeaders,
    ),
    responses(
        (status = 204, description = "Not followed"),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["AccountMustExist", "AccountMustNotFollowItself"]))),
)]
pub(crate) async fn unfollow_account(
    State(state): State<crate::State>,
    caller: Caller,
    StrictPath(id): StrictPath<String>,
    IdempotencyKey(key): IdempotencyKey,
    context: RequestContext,
) -> Result<Response, ApiProblem> {
    change_follow(&state, &caller, &id, Wish::Unset, key, &context).await
}
