use api_types::timeline::FeedItem;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use data_set::read;
use http_kit::Reader;
use http_kit::etag::Conditional;
use http_kit::path::StrictPath;
use http_kit::position::{AwaitPosition, DataPosition};
use http_kit::query::StrictQuery;

use super::cursor::{self, Turn};
use super::represent;
use crate::AppState;
use crate::id;
use crate::openapi::ReadHeaders;
use crate::paging::PageParameters;
use crate::refusal::Refusal;

/// Lists what one account posted and reposted, newest first.
///
/// Ordered by position. When there are more, a `Link` with `rel="next"` leads to older items. An account that is unknown
/// or gone has none. A message that the account posted and reposted stands once on a page.
#[utoipa::path(
    get,
    path = "/v1/accounts/{id}/messages",
    operation_id = "list_account_items",
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
    StrictPath(id): StrictPath<String>,
    StrictQuery(query): StrictQuery<PageParameters>,
    RawQuery(raw): RawQuery,
    awaited: AwaitPosition,
    conditional: Conditional,
) -> Result<Response, Refusal> {
    let (caller, account) = (caller.account, id::parse("id", &id)?);
    let list = cursor::list(&state, format!("/v1/accounts/{account}/messages"), caller);
    let (turn, limit) = query.asked(&list)?;
    let awaited = awaited.at_least(turn.map_or(0, Turn::position));
    let before = match turn {
        Some(Turn::Older(position)) => Some(position),
        // This list gives no links to what is newer.
        Some(Turn::Newer(_)) | None => None,
    };
    let read = || read::account_items(&state.pool, caller, account, before, limit);
    let page = state.timeline_positions.answer(&awaited, read).await?;
    let links = cursor::links(&list, raw.as_deref(), &page.value);
    let body = conditional.json(&represent::items(page.value.items))?;
    Ok((DataPosition(page.position), awaited.preference_applied(), links, body).into_response())
}
