use api_types::messages::Message;
use axum::extract::State;
use axum::response::Response;
use data_set::read;
use http_kit::Reader;

use crate::conditions::ReadHeaders;
use crate::paging::{ListQuery, PageParameters};
use crate::refusal::Refusal;
use crate::{AppState, view};

/// Lists the messages that the caller bookmarked, newest bookmark first.
///
/// Nobody else sees them. Deleted messages are not listed any more. Paged as `GET /v1/messages`.
#[utoipa::path(
    get,
    path = "/v1/bookmarks",
    tag = "messages",
    security(("bearer" = [])),
    params(PageParameters, ReadHeaders),
    responses(
        (status = 200, description = "A page of messages.", body = [Message], headers(("Link" = String))),
    ),
)]
pub(crate) async fn list_bookmarks(
    State(state): State<AppState>,
    Reader(caller): Reader,
    query: ListQuery,
) -> Result<Response, Refusal> {
    let query = query.of_caller(&caller);
    let (after, limit) = query.bounds()?;
    let read = || read::list_bookmarks(&state.pool, caller.account, after, limit);
    query.page(state.positions.answer(&query.conditions.awaited, read).await?, view::messages)
}
