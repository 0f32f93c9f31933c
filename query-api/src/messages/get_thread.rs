use api_types::messages::Thread;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use data_set::read::{self, At};
use http_kit::Reader;
use http_kit::query::StrictQuery;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::AppState;
use crate::conditions::{Conditions, ReadHeaders};
use crate::id::PathId;
use crate::paging::{self, List};
use crate::refusal::Refusal;
use crate::{present, view};

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
/// All of it is of one moment. A deleted message that a living one hangs on, at most 50 replies down, keeps its place,
/// here and in the list of replies: with its id and time, without what it said and whose it was. Where there are more
/// replies, a `Link` with `rel="next"` leads to the next page of `GET /v1/messages/{id}/replies`.
#[utoipa::path(
    get,
    path = "/v1/messages/{id}/thread",
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
    PathId(message): PathId,
    StrictQuery(query): StrictQuery<GetThread>,
    RawQuery(raw): RawQuery,
    conditions: Conditions,
) -> Result<Response, Refusal> {
    let limit = paging::limit(query.limit.as_deref())?;
    let read = || read::get_thread(&state.pool, caller.account, message, limit);
    let found = state.positions.answer(&conditions.awaited, read).await?;
    let At { position, value: thread } = present::message(found, &caller)?;
    let replies = List::at(state.log.lineage(), format!("/v1/messages/{message}/replies"));
    let link = replies.next(raw.as_deref(), thread.replies.next);
    let shown = Thread {
        ancestors: view::thread_messages(thread.ancestors),
        message: view::thread_message(thread.message),
        replies: view::thread_messages(thread.replies.items),
    };
    Ok((link, conditions.answer(&At { position, value: shown })?).into_response())
}
