//! `PATCH /v1/messages/{id}`.

use api_types::codes;
use api_types::messages::{EditMessage, MessageReceipt};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Text;
use domain::message::{EditMessage as Edit, ExpectedEdition, MessageCommand};
use http::header::ETAG;
use http_kit::etag::{EntityTag, IfMatch};
use http_kit::position::EventPosition;
use http_kit::{ApiProblem, Caller, StrictJson, StrictPath};

use super::parse;
use crate::http::command::{self, CommandRequest};
use crate::http::documentation::{CommandHeaders, TAG_RULES, TEXT_RULES};
use crate::refusal::Refusal;

/// Gives a message of the caller's a new edition.
///
/// Earlier editions stay in its history. An edit that changes nothing makes no edition. It does not touch when the
/// message was created, nor what it answers.
#[utoipa::path(
    patch, path = "/v1/messages/{id}", tag = "messages", request_body = EditMessage,
    params(
        ("id" = String, Path, description = "The message's id"),
        ("If-Match" = String, Header, description = "The ETag of the edition that the caller read, or *"),
        CommandHeaders,
    ),
    responses(
        (status = 200, description = "In the log", body = MessageReceipt, headers(("ETag" = String))),
    ),
    security(("bearer" = [])),
    extensions(("x-rate" = json!("post")), ("x-problems" = json!(["MessageMustExist", "ActorMustBeAuthor", "EditionMustMatch", "precondition-required", "invalid-header", TEXT_RULES, TAG_RULES]))),
)]
pub(crate) async fn edit_message(
    State(state): State<crate::State>,
    caller: Caller,
    StrictPath(id): StrictPath<String>,
    if_match: IfMatch,
    request: CommandRequest,
    body: StrictJson<EditMessage>,
) -> Result<Response, Refusal> {
    let actor = command::writer(&caller)?;
    let edit = Edit {
        actor,
        message: crate::http::parse::message_id(&id)?,
        expected: expected(&if_match)?,
        text: body.value.text.as_deref().map(Text::parse).transpose()?,
        tags: parse::tags(body.value.tag.as_deref(), body.value.tags.as_deref())?,
        original_time: None,
    };
    if edit.text.is_none() && edit.tags.is_none() {
        return Err(Refusal::field("text", "give text, tag or tags"));
    }
    let execution = request.execution(actor, &body.bytes);
    let executed = command::run(state.ready()?, execution, MessageCommand::Edit(edit)).await?;
    let tag = [(ETAG, EntityTag::of_edition(executed.outcome.edition.into()).header_value())];
    let receipt = Json(MessageReceipt { id, edition: executed.outcome.edition });
    Ok((EventPosition(executed.outcome.position().get()), tag, receipt).into_response())
}

fn expected(if_match: &IfMatch) -> Result<ExpectedEdition, Refusal> {
    match if_match.edition()? {
        None => Ok(ExpectedEdition::Any),
        Some(edition) => match u32::try_from(edition) {
            Ok(edition) => Ok(ExpectedEdition::Exactly(edition)),
            Err(_) => Err(ApiProblem::new(codes::EDITION_CHANGED).into()),
        },
    }
}
