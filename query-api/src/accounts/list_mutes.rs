use api_types::profiles::AccountEntry;
use axum::extract::State;
use axum::response::Response;
use data_set::read::{self, Avoided};
use http_kit::Reader;

use crate::conditions::ReadHeaders;
use crate::paging::{ListQuery, PageParameters};
use crate::refusal::Refusal;
use crate::{AppState, view};

/// Lists whom the caller mutes, newest first.
///
/// Nobody else sees them. Paged as `GET /v1/messages`.
#[utoipa::path(
    get,
    path = "/v1/mutes",
    tag = "accounts",
    security(("bearer" = [])),
    params(PageParameters, ReadHeaders),
    responses(
        (status = 200, description = "A page of accounts.", body = [AccountEntry], headers(("Link" = String))),
    ),
)]
pub(crate) async fn list_mutes(
    State(state): State<AppState>,
    Reader(caller): Reader,
    query: ListQuery,
) -> Result<Response, Refusal> {
    let query = query.of_caller(&caller);
    let (after, limit) = query.bounds()?;
    let read = || read::list_avoided(&state.pool, caller.account, Avoided::Mutes, after, limit);
    query.page(state.positions.answer(&query.conditions.awaited, read).await?, view::account_entries)
}
