use api_types::moderation::ModerationEntry;
use axum::extract::State;
use axum::response::Response;
use data_set::read;
use http_kit::Reader;
use tokens::Role;

use super::decisions;
use crate::AppState;
use crate::conditions::ReadHeaders;
use crate::paging::{ListQuery, PageParameters};
use crate::refusal::Refusal;

/// Lists what moderators and operators decided, newest first.
///
/// All of it, for good: who, why, and with which words. Needs the role `moderator` or `admin`. Paged as `GET /v1/messages`.
#[utoipa::path(
    get,
    path = "/v1/moderation/actions",
    tag = "moderation",
    security(("bearer" = [])),
    params(PageParameters, ReadHeaders),
    responses(
        (status = 200, description = "A page of decisions.", body = [ModerationEntry], headers(("Link" = String))),
    ),
    extensions(("x-problems" = json!(["role-required"]))),
)]
pub(crate) async fn list_actions(
    State(state): State<AppState>,
    Reader(caller): Reader,
    query: ListQuery,
) -> Result<Response, Refusal> {
    caller.require_any(&[Role::Moderator, Role::Admin])?;
    let (after, limit) = query.bounds()?;
    let read = || read::list_moderation(&state.pool, None, after, limit);
    query.page(state.positions.answer(&query.conditions.awaited, read).await?, decisions)
}
