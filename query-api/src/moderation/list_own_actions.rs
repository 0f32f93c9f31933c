use api_types::moderation::ModerationEntry;
use axum::extract::State;
use axum::response::Response;
use data_set::read;
use http_kit::Reader;

use super::decisions;
use crate::AppState;
use crate::conditions::ReadHeaders;
use crate::paging::{ListQuery, PageParameters};
use crate::refusal::Refusal;

/// Lists what was decided about the caller, newest first, with the reasons.
///
/// Not who decided it, and not the moderators' notes. Paged as `GET /v1/messages`.
#[utoipa::path(
    get,
    path = "/v1/accounts/me/moderation",
    tag = "moderation",
    security(("bearer" = [])),
    params(PageParameters, ReadHeaders),
    responses(
        (status = 200, description = "A page of decisions.", body = [ModerationEntry], headers(("Link" = String))),
    ),
)]
pub(crate) async fn list_own_actions(
    State(state): State<AppState>,
    Reader(caller): Reader,
    query: ListQuery,
) -> Result<Response, Refusal> {
    let query = query.of_caller(&caller);
    let (after, limit) = query.bounds()?;
    let read = || read::list_moderation(&state.pool, Some(caller.account), after, limit);
    query.page(state.positions.answer(&query.conditions.awaited, read).await?, decisions)
}
