//! `PUT /v1/messages/{id}/bookmark`.

use axum::extract::State;
use axum::response::Response;
use domain::ReactionKind;
use domain::edge::DesiredState;
use http_kit::{Caller, StrictPath};

use super::change_reaction::{Asked, change_reaction};
use crate::http::command::CommandRequest;
use crate::http::documentation::CommandHeaders;
use crate::refusal::Refusal;

/// Bookmarks a message, for the caller alone.
///
/// Doing it again is answered alike. Needs the role `user` or `admin`.
#[utoipa::path(
    put, path = "/v1/messages/{id}/bookmark", tag = "messages",
    params(
        ("id" = String, Path, description = "The message's id"),
        CommandHeaders,
    ),
    responses(
        (status = 204, description = "Bookmarked"),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["MessageMustExist", "AccountMustNotBeBlocked"]))),
)]
pub(crate) async fn bookmark_message(
    State(state): State<crate::State>,
    caller: Caller,
    StrictPath(id): StrictPath<String>,
    request: CommandRequest,
) -> Result<Response, Refusal> {
    let asked = Asked { kind: ReactionKind::Bookmark, desired: DesiredState::Set };
    change_reaction(&state, &caller, &id, asked, &request).await
}
