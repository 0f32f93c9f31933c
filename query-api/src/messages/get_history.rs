use api_types::messages::Edition;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use data_set::read;
use http_kit::Reader;
use http_kit::etag::Conditional;
use http_kit::path::StrictPath;
use http_kit::position::{AwaitPosition, DataPosition};
use http_kit::query::StrictQuery;

use super::get_message::present;
use super::represent;
use crate::AppState;
use crate::id;
use crate::openapi::{NoParameters, ReadHeaders};
use crate::refusal::Refusal;

/// Shows every edition of a message, oldest first.
///
/// The last one is what `GET /v1/messages/{id}` shows. The history of a deleted message is gone with it.
#[utoipa::path(
    get,
    path = "/v1/messages/{id}/history",
    operation_id = "get_history",
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
    StrictPath(id): StrictPath<String>,
    _query: StrictQuery<NoParameters>,
    awaited: AwaitPosition,
    conditional: Conditional,
) -> Result<Response, Refusal> {
    let id = id::parse("id", &id)?;
    let found = state.positions.answer(&awaited, || read::get_history(&state.pool, id)).await?;
    let position = found.position;
    let editions: Vec<Edition> = present(found, &caller)?.into_iter().map(represent::edition).collect();
    Ok((DataPosition(position), awaited.preference_applied(), conditional.json(&editions)?).into_response())
}
