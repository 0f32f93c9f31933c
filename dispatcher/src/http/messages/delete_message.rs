//! `DELETE /v1/messages/{id}`.

use axum::extract::State;
use axum::response::Response;
use domain::message::{DeleteMessage, MessageCommand};
use http_kit::idempotency::IdempotencyKey;
use http_kit::{ApiProblem, Caller, RequestContext, StrictPath};

use crate::http::documentation::CommandHeaders;
use crate::http::{command, parse};

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
    extensions(("x-problems" = json!(["MessageMustExist", "ActorMustBeAuthor"]))),
)]
pub(crate) async fn delete_message(
    State(state): State<crate::State>,
    caller: Caller,
    StrictPath(id): StrictPath<String>,
    IdempotencyKey(key): IdempotencyKey,
    context: RequestContext,
) -> Result<Response, ApiProblem> {
    let actor = command::writer(&caller)?;
    let delete = DeleteMessage { actor, message: parse::message_id(&id)? };
    let key = command::idempotency(key, &format!("DELETE /v1/messages/{id}"), &[]);
    let execution = command::execution(actor.account, &context, key);
    command::done(state.ready()?, execution, MessageCommand::Delete(delete)).await
}
