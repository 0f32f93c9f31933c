//! `POST /v1/messages`.

use api_types::messages::{MessageReceipt, PostMessage};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Text;
use domain::message::{MessageCommand, PostMessage as Post};
use http::StatusCode;
use http::header::LOCATION;
use http_kit::position::EventPosition;
use http_kit::{Caller, StrictJson};

use super::parse;
use crate::http::command::{self, CommandRequest};
use crate::http::documentation::{CommandHeaders, TAG_RULES, TEXT_RULES};
use crate::refusal::Refusal;

/// Posts a message under the caller's account.
///
/// A 201 means that the message is in the log for good. It does not wait until the message can be read: send the
/// answer's `Event-Position` as `Await-Position` with the next read for that. Needs the role `user` or `admin`.
#[utoipa::path(
    post, path = "/v1/messages", tag = "messages", request_body = PostMessage,
    params(CommandHeaders),
    responses(
        (status = 201, description = "In the log", body = MessageReceipt, headers(("Location" = String))),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!([TEXT_RULES, TAG_RULES, "ReplyTargetMustExist", "AccountMustNotBeBlocked"]))),
)]
pub(crate) async fn post_message(
    State(state): State<crate::State>,
    caller: Caller,
    request: CommandRequest,
    body: StrictJson<PostMessage>,
) -> Result<Response, Refusal> {
    let actor = command::writer(&caller)?;
    let ready = state.ready()?;
    let post = Post {
        author: actor.account,
        text: Text::parse(&body.value.text)?,
        tags: parse::tags(body.value.tag.as_deref(), body.value.tags.as_deref())?.unwrap_or_default(),
        in_reply_to: parse::reply_target(actor.account, body.value.in_reply_to.as_deref(), &ready).await?,
        original_time: None,
    };
    let execution = request.execution(actor, &body.bytes);
    let executed = command::run(ready, execution, MessageCommand::Post(post)).await?;
    let id = executed.outcome.message.to_string();
    let location = [(LOCATION, format!("/v1/messages/{id}"))];
    let receipt = Json(MessageReceipt { id, edition: executed.outcome.edition });
    Ok((StatusCode::CREATED, EventPosition(executed.outcome.position().get()), location, receipt)
        .into_response())
}
