//! `DELETE /v1/sessions/current`.

use api_types::codes;
use axum::extract::State;
use domain::AccountId;
use http::StatusCode;
use http_kit::{ApiProblem, Caller};

use crate::refusal::Refusal;

/// Logs out: ends the session that the caller's access token belongs to.
///
/// From then on its refresh token is refused; its access token stays good for the rest of its hour. Ending it
/// again is answered like the first time. An identity without a session, such as an operator's token, gets 404.
#[utoipa::path(
    delete, path = "/v1/sessions/current", tag = "sessions",
    responses(
        (status = 204, description = "The session is over"),
    ),
    security(("bearer" = [])),
    extensions(("x-rate" = json!("session")), ("x-problems" = json!(["not-found"]))),
)]
pub(crate) async fn end_session(
    State(state): State<crate::State>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    let session = caller.session.zip(AccountId::from_i64(caller.account));
    let Some((session, account)) = session else {
        return Err(ApiProblem::new(codes::NOT_FOUND).detail("This identity belongs to no session.").into());
    };
    state.ready()?.credential_store().sessions.end(account, session).await?;
    Ok(StatusCode::NO_CONTENT)
}
