use api_types::messages::Message;
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

/// Shows one message in its latest edition.
///
/// Its `ETag` is what `If-Match` of an edit takes, which compares the edition in it alone: likes and replies that came
/// in meanwhile do not stand in the way. A deleted message is not found, except by its author and by admins, who learn
/// that it is gone. Moderators and admins also see one that is hidden, by a block or because its author is suspended.
#[utoipa::path(
    get,
    path = "/v1/messages/{id}",
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
    PathId(message): PathId,
    _query: StrictQuery<NoParameters>,
    conditions: Conditions,
) -> Result<Response, Refusal> {
    let sees_hidden = present::sees_hidden(&caller);
    let read = || read::get_message(&state.pool, caller.account, sees_hidden, message);
    let found = state.positions.answer(&conditions.awaited, read).await?;
    let shown = present::message(found, &caller)?.map(view::message);
    conditions.answer_of_edition(shown.value.edition.into(), &shown)
}
