//! `DELETE /v1/messages/{id}`.

use axum::extract::State;
use axum::response::Response;
use domain::message::{DeleteMessage, MessageCommand};
use http_kit::{Caller, StrictPath};

use crate::http::command::CommandRequest;
use crate::http::documentation::CommandHeaders;
use crate::http::{command, parse};
use crate::refusal::Refusal;

/// Takes a message back: the caller's own, or any for an `admin`.
///
/// It disappears from every list and count. Deleting it again is answered like the first time. It does not remove the
/// event that posted it from the log.
#[utoipa::path(
    delete, path = "/v1/messages/{id}", tag = "messages",
    params(
        ("id" = String, Path, description = "The message's id"),
        CommandHeaders,
    ),
    responses(
        (status = 204, description = "Deleted"),
    ),
    security(("bearer" = [])),
    extensions(("x-rate" = json!("post")), ("x-problems" = json!(["MessageMustExist", "ActorMustBeAuthor"]))),
)]
pub(crate) async fn delete_message(
    State(state): State<crate::State>,
    caller: Caller,
    StrictPath(id): StrictPath<String>,
    request: CommandRequest,
) -> Result<Response, Refusal> {
    let actor = command::writer(&caller)?;
    let delete = DeleteMessage { actor, message: parse::message_id(&id)?, original_time: None };
    command::done(state.ready()?, request.execution(actor, &[]), MessageCommand::Delete(delete)).await
}
