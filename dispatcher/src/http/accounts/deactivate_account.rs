//! `DELETE /v1/accounts/me`.

use axum::extract::State;
use axum::response::Response;
use http_kit::Caller;

use crate::commands::DeactivateAccount;
use crate::http::command::{self, CommandRequest};
use crate::http::documentation::CommandHeaders;
use crate::refusal::Refusal;

/// Gives the caller's account up for good.
///
/// Nothing that it made is shown from then on, and it can do nothing any more, even with valid tokens; other
/// dispatchers may take ten seconds to notice. Nobody else ever gets its handle. It cannot be undone.
#[utoipa::path(
    delete, path = "/v1/accounts/me", tag = "accounts",
    params(CommandHeaders),
    responses(
        (status = 204, description = "Given up"),
    ),
    security(("bearer" = [])),
    extensions(("x-rate" = json!("profile")), ("x-problems" = json!(["AccountMustExist"]))),
)]
pub(crate) async fn deactivate_account(
    State(state): State<crate::State>,
    caller: Caller,
    request: CommandRequest,
) -> Result<Response, Refusal> {
    let actor = command::writer(&caller)?;
    let account = actor.account;
    let answer =
        command::done(state.ready()?, request.execution(actor, &[]), DeactivateAccount { account }).await?;
    // The log refuses the account from here on. What the credential store still holds opens nothing, and expires by
    // itself.
    for ended in [state.end_all_sessions(account).await, state.delete_credential(account).await] {
        if let Err(problem) = ended {
            tracing::warn!(%problem, "the credential store keeps something of an account that was given up");
        }
    }
    Ok(answer)
}
