use api_types::messages::Edition;
use axum::extract::State;
use axum::response::Response;
use data_set::read;
use http_kit::Reader;
use http_kit::query::{NoParameters, StrictQuery};

use crate::AppState;
use crate::conditions::{Conditions, ReadHeaders};
use crate::id::PathId;
use crate::refusal::Refusal;
use crate::{present, view};

/// Shows every edition of a message, oldest first.
///
/// The last one is what `GET /v1/messages/{id}` shows. The history of a deleted message is gone with it.
#[utoipa::path(
    get,
    path = "/v1/messages/{id}/history",
    tag = "messages",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The message's id."),
        ReadHeaders,
    ),
    responses(
        (status = 200, description = "The editions.", body = [Edition]),
    ),
    extensions(("x-problems" = json!(["not-found", "gone"]))),
)]
pub(crate) async fn get_history(
    State(state): State<AppState>,
    Reader(caller): Reader,
    PathId(message): PathId,
    _query: StrictQuery<NoParameters>,
    conditions: Conditions,
) -> Result<Response, Refusal> {
    let read = || read::get_history(&state.pool, caller.account, message);
    let found = state.positions.answer(&conditions.awaited, read).await?;
    conditions.answer(&present::message(found, &caller)?.map(view::editions))
}
