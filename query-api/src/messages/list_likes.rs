use api_types::profiles::AccountEntry;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use data_set::read::{self, Reactions};
use http_kit::Reader;
use http_kit::etag::Conditional;
use http_kit::path::StrictPath;
use http_kit::position::{AwaitPosition, DataPosition};
use http_kit::query::StrictQuery;

use super::get_message::present;
use crate::AppState;
use crate::accounts::represent;
use crate::id;
use crate::openapi::ReadHeaders;
use crate::paging::PageParameters;
use crate::refusal::Refusal;

/// Lists who likes a message, newest first.
///
/// The newest is who liked it last. Paged as `GET /v1/messages`.
#[utoipa::path(
    get,
    path = "/v1/messages/{id}/likes",
    operation_id = "list_likes",
    tag = "messages",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The message's id."), PageParameters, ReadHeaders),
    responses(
        (status = 200, description = "A page of accounts.", body = [AccountEntry], headers(("Link" = String))),
    ),
    extensions(("x-problems" = json!(["not-found", "gone"]))),
)]
pub(crate) async fn list_likes(
    State(state): State<AppState>,
    Reader(caller): Reader,
    StrictPath(id): StrictPath<String>,
    StrictQuery(query): StrictQuery<PageParameters>,
    RawQuery(raw): RawQuery,
    awaited: AwaitPosition,
    conditional: Conditional,
) -> Result<Response, Refusal> {
    let id = id::parse("id", &id)?;
    let list = state.list(format!("/v1/messages/{id}/likes"));
    let (after, limit) = query.asked(&list)?;
    let read = || read::list_reactions(&state.pool, caller.account, (id, Reactions::Likes), after, limit);
    let found = state.positions.answer(&awaited, read).await?;
    let position = DataPosition(found.position);
    let page = present(found, &caller)?;
    let link = list.next(raw.as_deref(), page.next);
    let body = conditional.json(&represent::entries(page.items))?;
    Ok((position, awaited.preference_applied(), link, body).into_response())
}
