use api_types::profiles::AccountEntry;
use axum::extract::State;
use axum::response::Response;
use data_set::read::{self, Reactions};
use http_kit::Reader;

use crate::AppState;
use crate::conditions::ReadHeaders;
use crate::id::PathId;
use crate::paging::{ListQuery, PageParameters};
use crate::refusal::Refusal;
use crate::{present, view};

/// Lists who reposted a message, newest first.
///
/// The newest is who reposted it last. Paged as `GET /v1/messages`.
#[utoipa::path(
    get,
    path = "/v1/messages/{id}/reposts",
    tag = "messages",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The message's id."), PageParameters, ReadHeaders),
    responses(
        (status = 200, description = "A page of accounts.", body = [AccountEntry], headers(("Link" = String))),
    ),
    extensions(("x-problems" = json!(["not-found", "gone"]))),
)]
pub(crate) async fn list_reposts(
    State(state): State<AppState>,
    Reader(caller): Reader,
    PathId(message): PathId,
    query: ListQuery,
) -> Result<Response, Refusal> {
    let (after, limit) = query.bounds()?;
    let read =
        || read::list_reactions(&state.pool, caller.account, (message, Reactions::Reposts), after, limit);
    let found = state.positions.answer(&query.conditions.awaited, read).await?;
    query.page(present::message(found, &caller)?, view::account_entries)
}
