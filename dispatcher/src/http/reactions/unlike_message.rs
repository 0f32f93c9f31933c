//! `DELETE /v1/messages/{id}/like`.

use axum::extract::State;
use axum::response::Response;
use domain::ReactionKind;
use domain::edge::DesiredState;
use http_kit::{Caller, StrictPath};

use super::change_reaction::{Asked, change_reaction};
use crate::http::command::CommandRequest;
use crate::http::documentation::CommandHeaders;
use crate::refusal::Refusal;

/// Takes a like back.
///
/// Doing it again, or where there is none, is answered alike. Needs the role `user` or `admin`.
#[utoipa::path(
    delete, path = "/v1/messages/{id}/like", tag = "messages",
    params(
        ("id" = String, Path, description = "The message's id"),
        CommandHeaders,
    ),
    responses(
        (status = 204, description = "Taken back"),
    ),
    security(("bearer" = [])),
    extensions(("x-rate" = json!("edge")), ("x-problems" = json!(["MessageMustExist"]))),
)]
pub(crate) async fn unlike_message(
    State(state): State<crate::State>,
    caller: Caller,
    StrictPath(id): StrictPath<String>,
    request: CommandRequest,
) -> Result<Response, Refusal> {
    let asked = Asked { kind: ReactionKind::Like, desired: DesiredState::Unset };
    change_reaction(&state, &caller, &id, asked, &request).await
}
