use api_types::messages::ThreadMessage;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use data_set::read;
use http_kit::Reader;
use http_kit::etag::Conditional;
use http_kit::path::StrictPath;
use http_kit::position::{AwaitPosition, DataPosition};
use http_kit::query::StrictQuery;

use super::get_message::present;
use super::represent;
use crate::AppState;
use crate::id;
use crate::openapi::ReadHeaders;
use crate::paging::{List, PageParameters};
use crate::refusal::Refusal;

/// Lists the replies to a message, newest first.
///
/// Replies to replies are in the lists of those. Deleted ones keep their places as in `GET /v1/messages/{id}/thread`. Ordered and paged as `GET /v1/messages`.
#[utoipa::path(
    get,
    path = "/v1/messages/{id}/replies",
    operation_id = "list_replies",
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
    StrictPath(id): StrictPath<String>,
    StrictQuery(query): StrictQuery<PageParameters>,
    RawQuery(raw): RawQuery,
    awaited: AwaitPosition,
    conditional: Conditional,
) -> Result<Response, Refusal> {
    let id = id::parse("id", &id)?;
    let list = replies_to(&state, id);
    let (after, limit) = query.asked(&list)?;
    let read = || read::list_replies(&state.pool, caller.account, id, after, limit);
    let found = state.positions.answer(&awaited, read).await?;
    let position = DataPosition(found.position);
    let page = present(found, &caller)?;
    let link = list.next(raw.as_deref(), page.next);
    let body = conditional.json(&represent::parts_of_thread(page.items))?;
    Ok((position, awaited.preference_applied(), link, body).into_response())
}

pub(super) fn replies_to(state: &AppState, id: i64) -> List {
    state.list(format!("/v1/messages/{id}/replies"))
}
