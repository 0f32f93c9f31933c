use api_types::messages::ThreadMessage;
use axum::extract::State;
use axum::response::Response;
use data_set::read;
use http_kit::Reader;
use http_kit::query::StrictQuery;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::AppState;
use crate::conditions::{Conditions, ReadHeaders};
use crate::id::PathId;
use crate::refusal::Refusal;
use crate::{as_of, present, view};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct GetMessage {
    /// As it was: a position, or a timestamp with a zone, by the clock of the log.
    as_of: Option<String>,
}

/// Shows one message in its latest edition.
///
/// Its `ETag` is what `If-Match` of an edit takes, which compares the edition in it alone: likes and replies that came
/// in meanwhile do not stand in the way. A deleted message is not found, except by its author and by admins, who learn
/// that it is gone. Moderators and admins also see one that is hidden, by a block or because its author is suspended.
///
/// With `asOf` it is shown as it was at a moment of the past, as in `GET /v1/messages`. If it was deleted since, all that is
/// shown is that it was there.
#[utoipa::path(
    get,
    path = "/v1/messages/{id}",
    tag = "messages",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The message's id."),
        GetMessage,
        ReadHeaders,
    ),
    responses(
        (status = 200, description = "The message.", body = ThreadMessage),
    ),
    extensions(("x-problems" = json!(["not-found", "gone", "as-of-too-early", "as-of-too-late"]))),
)]
pub(crate) async fn get_message(
    State(state): State<AppState>,
    Reader(caller): Reader,
    PathId(message): PathId,
    StrictQuery(query): StrictQuery<GetMessage>,
    conditions: Conditions,
) -> Result<Response, Refusal> {
    if let Some(text) = &query.as_of {
        let cutoff = as_of::cutoff(&state, &conditions.awaited, text).await?;
        let conditions = conditions.at_least(cutoff.position);
        let read = || read::get_message_as_of(&state.pool, caller.account, message, cutoff);
        let found = state.past_positions.answer(&conditions.awaited, read).await?;
        let shown = present::message(as_of::at(cutoff, found), &caller)?.map(view::thread_message);
        return conditions.answer(&shown);
    }
    let sees_hidden = present::sees_hidden(&caller);
    let read = || read::get_message(&state.pool, caller.account, sees_hidden, message);
    let found = state.positions.answer(&conditions.awaited, read).await?;
    let shown = present::message(found, &caller)?.map(view::message);
    conditions.answer_of_edition(shown.value.edition.into(), &shown)
}
