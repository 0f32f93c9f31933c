//! `POST /v1/reports`.

use api_types::moderation::{ReportAccount, ReportReceipt};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{AccountId, MessageId};
use http::StatusCode;
use http_kit::position::EventPosition;
use http_kit::{Caller, StrictJson};

use super::moderate_account::reason;
use super::note;
use crate::commands::Report;
use crate::decision::Outcome;
use crate::http::command::{self, CommandRequest};
use crate::http::documentation::CommandHeaders;
use crate::refusal::Refusal;

/// Reports an account, or one of its messages, to the moderators.
///
/// Moderators see who reported it; nobody else does. An account files at most 20 reports a day (UTC). Needs the role `user` or
/// `admin`.
#[utoipa::path(
    post, path = "/v1/reports", tag = "moderation", request_body = ReportAccount,
    params(CommandHeaders),
    responses(
        (status = 201, description = "In the log", body = ReportReceipt),
    ),
    security(("bearer" = [])),
    extensions(("x-rate" = json!("edge")), ("x-problems" = json!(["AccountMustExist", "AccountMustNotReportItself", "ReportedMessageMustExist", "ReportsMustBeFew", "NoteMustBeShort"]))),
)]
pub(crate) async fn report_account(
    State(state): State<crate::State>,
    caller: Caller,
    request: CommandRequest,
    body: StrictJson<ReportAccount>,
) -> Result<Response, Refusal> {
    let actor = command::writer(&caller)?;
    let reporter = actor.account;
    let ReportAccount { account, message, reason: word, comment } = &body.value;
    let account: AccountId =
        account.parse().map_err(|error: domain::IdError| Refusal::field("account", error.to_string()))?;
    let message: Option<MessageId> = message
        .as_deref()
        .map(|id| id.parse().map_err(|error: domain::IdError| Refusal::field("message", error.to_string())))
        .transpose()?;
    let execution = request.execution(actor, &body.bytes);
    let (reason, comment, now) = (reason(word)?, note(comment.as_deref())?, execution.now);
    let command = Report { reporter, account, message, reason, comment, now };
    let position = command::run(state.ready()?, execution, command).await?.outcome.position();
    let receipt = Json(ReportReceipt { id: position.to_string() });
    Ok((StatusCode::CREATED, EventPosition(position.get()), receipt).into_response())
}
