use api_types::timeline::FeedItem;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use data_set::read;
use http_kit::Reader;
use http_kit::etag::Conditional;
use http_kit::position::{AwaitPosition, DataPosition};
use http_kit::query::StrictQuery;

use super::cursor::{self, Turn};
use super::represent;
use crate::AppState;
use crate::openapi::ReadHeaders;
use crate::paging::PageParameters;
use crate::refusal::Refusal;

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
        PageParameters,
        ReadHeaders,
    ),
    responses(
        (status = 200, description = "A page of the timeline.", body = [FeedItem], headers(("Link" = String))),
    ),
)]
pub(crate) async fn get_timeline(
    State(state): State<AppState>,
    Reader(caller): Reader,
    StrictQuery(query): StrictQuery<PageParameters>,
    RawQuery(raw): RawQuery,
    awaited: AwaitPosition,
    conditional: Conditional,
) -> Result<Response, Refusal> {
    let list = cursor::list(&state, "/v1/timeline", caller.account);
    let (turn, limit) = query.asked(&list)?;
    let awaited = awaited.at_least(turn.map_or(0, Turn::position));
    let read = || read::timeline(&state.pool, caller.account, cursor::range(turn), limit);
    let page = state.timeline_positions.answer(&awaited, read).await?;
    let links = cursor::links(&list, raw.as_deref(), &page.value);
    let body = conditional.json(&represent::items(page.value.items))?;
    Ok((DataPosition(page.position), awaited.preference_applied(), links, body).into_response())
}
