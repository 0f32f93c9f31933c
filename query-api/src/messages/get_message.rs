use api_types::codes;
use api_types::messages::Message;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use data_set::read::{self, At, Existence};
use http_kit::etag::Conditional;
use http_kit::identity::Caller;
use http_kit::path::StrictPath;
use http_kit::position::{AwaitPosition, DataPosition};
use http_kit::query::StrictQuery;
use http_kit::{Reader, Role};

use super::represent;
use crate::AppState;
use crate::id;
use crate::openapi::{NoParameters, ReadHeaders};
use crate::refusal::Refusal;

/// Shows one message in its latest edition.
///
/// Its `ETag` is what `If-Match` of an edit takes, which compares the edition in it alone: likes and replies that came in
/// meanwhile do not stand in the way. A deleted message is not found, except by its author and by admins, who learn that
/// it is gone.
#[utoipa::path(
    get,
    path = "/v1/messages/{id}",
    operation_id = "get_message",
    tag = "messages",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The message's id."),
        ReadHeaders,
    ),
    responses(
        (status = 200, description = "The message.", body = Message),
    ),
    extensions(("x-problems" = json!(["not-found", "gone"]))),
)]
pub(crate) async fn get_message(
    State(state): State<AppState>,
    Reader(caller): Reader,
    StrictPath(id): StrictPath<String>,
    _query: StrictQuery<NoParameters>,
    awaited: AwaitPosition,
    conditional: Conditional,
) -> Result<Response, Refusal> {
    let id = id::parse("id", &id)?;
    let read = || read::get_message(&state.pool, caller.account, id);
    let found = state.positions.answer(&awaited, read).await?;
    let position = found.position;
    let message = represent::message(present(found, &caller)?);
    let body = conditional.json_of_edition(message.edition.into(), &message)?;
    Ok((DataPosition(position), awaited.preference_applied(), body).into_response())
}

/// What is there, or the refusal that this caller may see.
pub(super) fn present<T>(found: At<Existence<T>>, caller: &Caller) -> Result<T, Refusal> {
    match found.value {
        Existence::Present(value) => Ok(value),
        Existence::Deleted { author } if author == caller.account || caller.roles.contains(Role::Admin) => {
            Err(Refusal::at(found.position, codes::GONE))
        }
        Existence::Deleted { .. } | Existence::Unknown => Err(Refusal::at(found.position, codes::NOT_FOUND)),
    }
}
