use api_types::profiles::AccountEntry;
use axum::extract::State;
use axum::response::Response;
use data_set::read::{self, Follows};
use http_kit::Reader;

use crate::AppState;
use crate::conditions::ReadHeaders;
use crate::id::PathId;
use crate::paging::{ListQuery, PageParameters};
use crate::refusal::Refusal;
use crate::{present, view};

/// Lists whom an account follows, newest first.
///
/// The newest is whom it began to follow last. Paged as `GET /v1/messages`.
#[utoipa::path(
    get,
    path = "/v1/accounts/{id}/following",
    tag = "accounts",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The account's id."), PageParameters, ReadHeaders),
    responses(
        (status = 200, description = "A page of accounts.", body = [AccountEntry], headers(("Link" = String))),
    ),
    extensions(("x-problems" = json!(["not-found"]))),
)]
pub(crate) async fn list_following(
    State(state): State<AppState>,
    Reader(caller): Reader,
    PathId(account): PathId,
    query: ListQuery,
) -> Result<Response, Refusal> {
    let (after, limit) = query.bounds()?;
    let read =
        || read::list_follows(&state.pool, caller.account, (account, Follows::Following), after, limit);
    let found = state.positions.answer(&query.conditions.awaited, read).await?;
    query.page(present::account(found)?, view::account_entries)
}
