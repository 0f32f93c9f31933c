use api_types::timeline::FeedItem;
use axum::extract::State;
use axum::response::Response;
use data_set::read;
use http_kit::Reader;

use super::cursor::{self, FeedKey};
use crate::AppState;
use crate::conditions::ReadHeaders;
use crate::id::PathId;
use crate::paging::{ListQuery, PageParameters};
use crate::refusal::Refusal;
use crate::view;

/// Lists what one account posted and reposted, newest first.
///
/// Ordered by position. When there are more, a `Link` with `rel="next"` leads to older items. An account that is
/// unknown or gone has none. A message that the account posted and reposted stands once on a page.
#[utoipa::path(
    get,
    path = "/v1/accounts/{id}/messages",
    tag = "timeline",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The account's id."),
        PageParameters,
        ReadHeaders,
    ),
    responses(
        (status = 200, description = "A page of items.", body = [FeedItem], headers(("Link" = String))),
    ),
)]
pub(crate) async fn list_account_items(
    State(state): State<AppState>,
    Reader(caller): Reader,
    PathId(account): PathId,
    query: ListQuery,
) -> Result<Response, Refusal> {
    let query = query.of_caller(&caller);
    let (key, limit) = query.bounds()?;
    let query = query.at_least(key.map_or(0, FeedKey::position));
    let before = match key {
        Some(FeedKey::Older(position)) => Some(position),
        // This list gives no links to what is newer.
        Some(FeedKey::Newer(_)) | None => None,
    };
    let read = || read::account_items(&state.pool, caller.account, account, before, limit);
    let found = state.timeline_positions.answer(&query.conditions.awaited, read).await?;
    let links = cursor::links(&found.value);
    query.answer(&found.map(|page| view::feed_items(page.items)), links)
}
