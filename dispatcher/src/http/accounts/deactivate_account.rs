//! `DELETE /v1/accounts/me`.

use axum::extract::State;
use axum::response::Response;
use http_kit::{ApiProblem, Caller};

use crate::commands::DeactivateAccount;
use crate::http::command::{self, CommandRequest};
use crate::http::documentation::CommandHeaders;
use crate::refusal::Refusal;

/// Gives the caller's account up for good.
///
/// Nothing that it made is shown from then on, and it can do nothing any more: its sessions and personal tokens are void
/// at once, for other services within seconds. So a repetition with a token of its own is `token-revoked`: it was done.
/// Nobody else ever gets its handle. It cannot be undone.
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
    let revocations = state.revocations();
    // Noted first: whatever happens from here on, what the account leaves behind is cleared away.
    revocations.note_leaving(account).await?;
    let deactivate = DeactivateAccount { account, original_time: None };
    let answer = match command::done(state.ready()?, request.execution(actor, &[]), deactivate).await {
        Ok(answer) => answer,
        Err(refusal) => {
            let problem = ApiProblem::from(refusal);
            // A definite no. Of the rest nobody knows, and the note stays until the log has told.
            if problem.status().is_client_error() {
                revocations.forget_leaving(account).await?;
            }
            return Err(problem.into());
        }
    };
    if let Err(problem) = state.clear_away(account).await {
        tracing::warn!(%problem, "an account that was given up leaves something for now");
    }
    Ok(answer)
}
