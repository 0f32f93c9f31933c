use api_types::messages::Thread;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use data_set::read;
use http_kit::Reader;
use http_kit::etag::Conditional;
use http_kit::path::StrictPath;
use http_kit::position::{AwaitPosition, DataPosition};
use http_kit::query::StrictQuery;
use serde::Deserialize;
use utoipa::IntoParams;

use super::get_message::present;
use super::list_replies::replies_to;
use super::represent;
use crate::AppState;
use crate::openapi::ReadHeaders;
use crate::refusal::Refusal;
use crate::{id, paging};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct GetThread {
    /// 1 to 100 replies, 20 by default.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 100)]
    limit: Option<String>,
}

/// Shows a message with what it answers and what answers it.
///
/// All of it is of one moment. A deleted message that a living one hangs on, at most 50 replies down, keeps its place, here
/// and in the list of replies: with its id and time, without what it said and whose it was. Where there are more replies, a `Link` with `rel="next"` leads to the next page of
/// `GET /v1/messages/{id}/replies`.
#[utoipa::path(
    get,
    path = "/v1/messages/{id}/thread",
    operation_id = "get_thread",
    tag = "messages",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The message's id."), GetThread, ReadHeaders),
    responses(
        (status = 200, description = "The message and the conversation around it.", body = Thread, headers(("Link" = String))),
    ),
    extensions(("x-problems" = json!(["not-found", "gone"]))),
)]
pub(crate) async fn get_thread(
    State(state): State<AppState>,
    Reader(caller): Reader,
    StrictPath(id): StrictPath<String>,
    StrictQuery(query): StrictQuery<GetThread>,
    RawQuery(raw): RawQuery,
    awaited: AwaitPosition,
    conditional: Conditional,
) -> Result<Response, Refusal> {
    let (id, limit) = (id::parse("id", &id)?, paging::limit(query.limit.as_deref())?);
    let replies = replies_to(&state, id);
    let read = || read::get_thread(&state.pool, caller.account, id, limit);
    let found = state.positions.answer(&awaited, read).await?;
    let position = DataPosition(found.position);
    let thread = present(found, &caller)?;
    let link = replies.next(raw.as_deref(), thread.replies.next);
    let body = conditional.json(&Thread {
        ancestors: represent::parts_of_thread(thread.ancestors),
        message: represent::part_of_thread(thread.message),
        replies: represent::parts_of_thread(thread.replies.items),
    })?;
    Ok((position, awaited.preference_applied(), link, body).into_response())
}
