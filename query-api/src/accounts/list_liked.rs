use api_types::messages::Message;
use axum::extract::State;
use axum::response::Response;
use data_set::read;
use http_kit::Reader;

use crate::AppState;
use crate::conditions::ReadHeaders;
use crate::id::PathId;
use crate::paging::{ListQuery, PageParameters};
use crate::refusal::Refusal;
use crate::{present, view};

/// Lists the messages that an account likes, newest like first.
///
/// `liked` in them is about the caller, not about that account. Paged as `GET /v1/messages`.
#[utoipa::path(
    get,
    path = "/v1/accounts/{id}/likes",
    tag = "accounts",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The account's id."), PageParameters, ReadHeaders),
    responses(
        (status = 200, description = "A page of messages.", body = [Message], headers(("Link" = String))),
    ),
    extensions(("x-problems" = json!(["not-found"]))),
)]
pub(crate) async fn list_liked(
    State(state): State<AppState>,
    Reader(caller): Reader,
    PathId(account): PathId,
    query: ListQuery,
) -> Result<Response, Refusal> {
    let (after, limit) = query.bounds()?;
    let read = || read::list_liked(&state.pool, caller.account, account, after, limit);
    let found = state.positions.answer(&query.conditions.awaited, read).await?;
    query.page(present::account(found)?, view::messages)
}
