use api_types::messages::ThreadMessage;
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

/// Lists the replies to a message, newest first.
///
/// Replies to replies are in the lists of those. Deleted ones keep their places as in `GET /v1/messages/{id}/thread`.
/// Ordered and paged as `GET /v1/messages`.
#[utoipa::path(
    get,
    path = "/v1/messages/{id}/replies",
    tag = "messages",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The message's id."), PageParameters, ReadHeaders),
    responses(
        (status = 200, description = "A page of messages.", body = [ThreadMessage], headers(("Link" = String))),
    ),
    extensions(("x-problems" = json!(["not-found", "gone"]))),
)]
pub(crate) async fn list_replies(
    State(state): State<AppState>,
    Reader(caller): Reader,
    PathId(message): PathId,
    query: ListQuery,
) -> Result<Response, Refusal> {
    let (after, limit) = query.bounds()?;
    let read = || read::list_replies(&state.pool, caller.account, message, after, limit);
    let found = state.positions.answer(&query.conditions.awaited, read).await?;
    query.page(present::message(found, &caller)?, view::thread_messages)
}
