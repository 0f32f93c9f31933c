use api_types::messages::Message;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use data_set::read;
use http_kit::Reader;
use http_kit::etag::Conditional;
use http_kit::path::StrictPath;
use http_kit::position::{AwaitPosition, DataPosition};
use http_kit::query::StrictQuery;

use super::get_account::present;
use crate::AppState;
use crate::id;
use crate::messages::represent;
use crate::openapi::ReadHeaders;
use crate::paging::PageParameters;
use crate::refusal::Refusal;

/// Lists the messages that an account likes, newest like first.
///
/// `liked` in them is about the caller, not about that account. Paged as `GET /v1/messages`.
#[utoipa::path(
    get,
    path = "/v1/accounts/{id}/likes",
    operation_id = "list_liked",
    tag = "accounts",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The account's id."), PageParameters, ReadHeaders),
    responses(
        (status = 200, description = "A page of messages.", body = [Message], headers(("Link" = String))),
    ),
    extensions(("x-problems" = json!(["not-found"]))),
)]
pub(crate) async fn list_liked(
    State(state): State<AppState>,
    Reader(caller): Reader,
    StrictPath(id): StrictPath<String>,
    StrictQuery(query): StrictQuery<PageParameters>,
    RawQuery(raw): RawQuery,
    awaited: AwaitPosition,
    conditional: Conditional,
) -> Result<Response, Refusal> {
    let id = id::parse("id", &id)?;
    let list = state.list(format!("/v1/accounts/{id}/likes"));
    let (after, limit) = query.asked(&list)?;
    let read = || read::list_liked(&state.pool, caller.account, id, after, limit);
    let found = state.positions.answer(&awaited, read).await?;
    let position = DataPosition(found.position);
    let page = present(found)?;
    let link = list.next(raw.as_deref(), page.next);
    let body = conditional.json(&represent::messages(page.items))?;
    Ok((position, awaited.preference_applied(), link, body).into_response())
}
