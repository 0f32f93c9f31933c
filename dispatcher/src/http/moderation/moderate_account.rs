//! `POST /v1/accounts/{id}/moderation`.

use api_types::moderation::ModerateAccount;
use axum::extract::State;
use axum::response::Response;
use domain::{ModerationAction, Reason};
use http_kit::{Caller, StrictJson, StrictPath};

use super::{moderator, note};
use crate::commands::{Measure, Moderate};
use crate::http::command::{self, CommandRequest};
use crate::http::documentation::CommandHeaders;
use crate::http::parse;
use crate::refusal::Refusal;

/// Acts on an account.
///
/// `warn` only tells it. `silence` keeps what it posts out of the lists of all messages, except for its followers, and what
/// it does out of the notifications of those who do not follow it. `suspend` ends its sessions and personal tokens and hides it
/// and all that it made, and it can do nothing any more: 403 `account-suspended`; other dispatchers may take some seconds to notice.
/// `lift` ends both, and everything is as it was, except that it has to log in again. The account is told the action and its reason, not who it was and not the note. Needs
/// the role `moderator` or `admin`; only an admin acts on moderators and admins.
#[utoipa::path(
    post, path = "/v1/accounts/{id}/moderation", tag = "moderation", request_body = ModerateAccount,
    params(
        ("id" = String, Path, description = "The account's id"),
        CommandHeaders,
    ),
    responses(
        (status = 204, description = "Decided"),
    ),
    security(("bearer" = [])),
    extensions(("x-rate" = json!("edge")), ("x-problems" = json!(["AccountMustExist", "AccountMustNotModerateItself", "ActorMustBeAdmin", "NoteMustBeShort"]))),
)]
pub(crate) async fn moderate_account(
    State(state): State<crate::State>,
    caller: Caller,
    StrictPath(id): StrictPath<String>,
    request: CommandRequest,
    body: StrictJson<ModerateAccount>,
) -> Result<Response, Refusal> {
    let (actor, by) = moderator(&caller)?;
    let account = parse::account_id(&id)?;
    let action = ModerationAction::from_word(&body.value.action)
        .ok_or_else(|| Refusal::field("action", "expected warn, silence, suspend or lift"))?;
    let reason = reason(&body.value.reason)?;
    let execution = request.execution(actor, &body.bytes);
    let note = note(body.value.note.as_deref())?;
    let command = Moderate { account, what: Measure::Action(action, reason), note, by };
    let answer = command::done(state.ready()?, execution, command).await?;
    if action == ModerationAction::Suspend {
        state.end_access(account).await;
    }
    Ok(answer)
}

pub(super) fn reason(word: &str) -> Result<Reason, Refusal> {
    Reason::from_word(word)
        .ok_or_else(|| Refusal::field("reason", "expected spam, harassment, impersonation, illegal or other"))
}
