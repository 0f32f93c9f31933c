use api_types::timeline::FeedItem;
use axum::extract::State;
use axum::response::AppendHeaders;
use axum::response::{IntoResponse, Response};
use data_set::read;
use http::header::LINK;
use http_kit::Reader;
use http_kit::etag::Conditional;
use http_kit::position::{AwaitPosition, DataPosition};
use http_kit::query::StrictQuery;
use serde::Deserialize;
use utoipa::IntoParams;

use super::cursor::{self, List};
use super::represent;
use crate::AppState;
use crate::openapi::Refusals;
use crate::paging;
use crate::refusal::Refusal;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct GetTimeline {
    /// 1 to 100 items per page, 20 by default.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// From a `Link` of a page of the same caller.
    cursor: Option<String>,
}

/// Shows the caller's home timeline: what it and those whom it follows posted and reposted, newest first.
///
/// Ordered by position, that is, by when the log recorded it; imported messages stand where they were imported. A `Link`
/// with `rel="next"` leads to older items while there are any, one with `rel="prev"` to newer ones, also while there are
/// none yet. A message stands once on a page, where it was last shown; so a page may be shorter than the limit although
/// there are more.
#[utoipa::path(
    get,
    path = "/v1/timeline",
    operation_id = "get_timeline",
    tag = "timeline",
    security(("bearer" = [])),
    params(
        GetTimeline,
        ("Await-Position" = Option<i64>, Header, description = "Answer from data that reflects at least this position."),
        ("Prefer" = Option<String>, Header, description = "wait=<seconds>: how long to wait for it, 2 by default, at most 30."),
        ("If-None-Match" = Option<String>, Header, description = "304 where the answer would be the same."),
    ),
    responses(
        (status = 200, description = "A page of the timeline.", body = [FeedItem],
         headers(("Link" = String), ("ETag" = String), ("Data-Position" = i64))),
        Refusals,
    ),
)]
pub(crate) async fn get_timeline(
    State(state): State<AppState>,
    Reader(caller): Reader,
    StrictQuery(query): StrictQuery<GetTimeline>,
    awaited: AwaitPosition,
    conditional: Conditional,
) -> Result<Response, Refusal> {
    let list = List::Timeline { caller: caller.account };
    let limit = paging::limit(query.limit.as_deref())?;
    let range = cursor::decode(list, query.cursor.as_deref())?;
    let read = || read::timeline(&state.pool, caller.account, range, limit);
    let page = state.timeline_positions.answer(&awaited, read).await?;
    let links = cursor::links(list, &page.value, query.limit.as_deref()).map(|links| (LINK, links));
    let body = conditional.json(&represent::items(page.value.items))?;
    Ok((DataPosition(page.position), awaited.preference_applied(), AppendHeaders(links), body)
        .into_response())
}
