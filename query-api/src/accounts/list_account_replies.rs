use api_types::messages::Message;
use axum::extract::State;
use axum::response::Response;
use data_set::read::{self, PositionKey};
use http_kit::Reader;

use crate::conditions::ReadHeaders;
use crate::id::PathId;
use crate::paging::{ListQuery, PageParameters};
use crate::refusal::Refusal;
use crate::{AppState, view};

/// Lists what an account replied to messages, newest first.
///
/// Ordered by position, as `GET /v1/accounts/{id}/messages`. A reply stays when what it answers is deleted. An account
/// that is unknown or gone has none.
#[utoipa::path(
    get,
    path = "/v1/accounts/{id}/replies",
    tag = "accounts",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The account's id."), PageParameters, ReadHeaders),
    responses(
        (status = 200, description = "A page of messages.", body = [Message], headers(("Link" = String))),
    ),
)]
pub(crate) async fn list_account_replies(
    State(state): State<AppState>,
    Reader(caller): Reader,
    PathId(account): PathId,
    query: ListQuery,
) -> Result<Response, Refusal> {
    let query = query.of_caller(&caller);
    let (after, limit) = query.bounds()?;
    let query = query.at_least(after.map_or(0, |PositionKey(position)| position));
    let read = || read::list_account_replies(&state.pool, caller.account, account, after, limit);
    query.page(state.positions.answer(&query.conditions.awaited, read).await?, view::messages)
}
