//! `PUT /v1/accounts/{id}/follow`.

use api_types::problem::Problem;
use axum::extract::State;
use axum::response::Response;
use domain::edge::Wish;
use http_kit::idempotency::IdempotencyKey;
use http_kit::{ApiProblem, Caller, RequestContext, StrictPath};

/// Follows an account.
///
/// Doing it again is answered alike. Needs the role `user` or `admin`.
#[utoipa::path(
    put, path = "/v1/accounts/{id}/follow", tag = "accounts",
    params(
        ("id" = String, Path, description = "The other account's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "As with POST /v1/messages"),
    ),
    responses(
        (status = 204, description = "Followed. Header: Event-Position"),
        (status = 400, description = "The id or a header has the wrong shape", body = Problem),
        (status = 401, description = "No identity, or a bad one", body = Problem),
        (status = 403, description = "The account is the caller's own, the caller lacks a role, or its account was given up", body = Problem),
        (status = 404, description = "There is no such account, or it was given up", body = Problem),
        (status = 422, description = "The Idempotency-Key was used for another request", body = Problem),
        (status = 503, description = "The log cannot take it now, or the outcome is unknown", body = Problem),
    ),
    security(("bearer" = [])),
)]
pub(crate) async fn follow_account(
    State(state): State<crate::State>,
    caller: Caller,
    StrictPath(id): StrictPath<String>,
    IdempotencyKey(key): IdempotencyKey,
    context: RequestContext,
) -> Result<Response, ApiProblem> {
    super::change(&state, &caller, &id, Wish::Set, key, &context).await
}
