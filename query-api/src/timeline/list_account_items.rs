use api_types::timeline::FeedItem;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Response};
use data_set::read::{self, FeedRange};
use http::header::LINK;
use http_kit::Reader;
use http_kit::etag::Conditional;
use http_kit::path::StrictPath;
use http_kit::position::{AwaitPosition, DataPosition};
use http_kit::query::StrictQuery;
use serde::Deserialize;
use utoipa::IntoParams;

use super::cursor::{self, List};
use super::represent;
use crate::AppState;
use crate::id;
use crate::openapi::Refusals;
use crate::paging;
use crate::refusal::Refusal;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct ListAccountItems {
    /// 1 to 100 items per page, 20 by default.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// From the `Link` of the page before, of the same account and caller.
    cursor: Option<String>,
}

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
        ListAccountItems,
        ("Await-Position" = Option<i64>, Header, description = "Answer from data that reflects at least this position."),
        ("Prefer" = Option<String>, Header, description = "wait=<seconds>: how long to wait for it, 2 by default, at most 30."),
        ("If-None-Match" = Option<String>, Header, description = "304 where the answer would be the same."),
    ),
    responses(
        (status = 200, description = "A page of items.", body = [FeedItem],
         headers(("Link" = String), ("ETag" = String), ("Data-Position" = i64))),
        Refusals,
    ),
)]
pub(crate) async fn list_account_items(
    State(state): State<AppState>,
    Reader(caller): Reader,
    StrictPath(id): StrictPath<String>,
    StrictQuery(query): StrictQuery<ListAccountItems>,
    awaited: AwaitPosition,
    conditional: Conditional,
) -> Result<Response, Refusal> {
    let (caller, account) = (caller.account, id::parse("id", &id)?);
    let list = List::AccountItems { caller, account };
    let limit = paging::limit(query.limit.as_deref())?;
    let before = match cursor::decode(list, query.cursor.as_deref())? {
        FeedRange::Before(position) => Some(position),
        // This list gives no links to what is newer.
        FeedRange::Newest | FeedRange::After(_) => None,
    };
    let read = || read::account_items(&state.pool, caller, account, before, limit);
    let page = state.timeline_positions.answer(&awaited, read).await?;
    let links = cursor::links(list, &page.value, query.limit.as_deref()).map(|links| (LINK, links));
    let body = conditional.json(&represent::items(page.value.items))?;
    Ok((DataPosition(page.position), awaited.preference_applied(), AppendHeaders(links), body)
        .into_response())
}
