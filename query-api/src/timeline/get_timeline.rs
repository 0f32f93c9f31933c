use api_types::timeline::FeedItem;
use axum::extract::State;
use axum::response::Response;
use data_set::read;
use http_kit::Reader;

use super::cursor::{self, FeedKey};
use crate::AppState;
use crate::conditions::ReadHeaders;
use crate::paging::{ListQuery, PageParameters};
use crate::refusal::Refusal;
use crate::view;

/// Shows the caller's home timeline: what it and those whom it follows posted and reposted, newest first.
///
/// Ordered by position, that is, by when the log recorded it; imported messages stand where they were imported. A
/// `Link` with `rel="next"` leads to older items while there are any, one with `rel="prev"` to newer ones, also while
/// there are none yet. A message stands once on a page, where it was last shown; so a page may be shorter than the
/// limit although there are more.
#[utoipa::path(
    get,
    path = "/v1/timeline",
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
    query: ListQuery,
) -> Result<Response, Refusal> {
    let query = query.of_caller(&caller);
    let (key, limit) = query.bounds()?;
    let query = query.at_least(key.map_or(0, FeedKey::position));
    let read = || read::timeline(&state.pool, caller.account, cursor::range(key), limit);
    let found = state.timeline_positions.answer(&query.conditions.awaited, read).await?;
    let links = cursor::links(&found.value);
    query.answer(&found.map(|page| view::feed_items(page.items)), links)
}
