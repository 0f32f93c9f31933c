//! `POST /v1/sessions/refresh`.

use api_types::codes;
use api_types::sessions::{RefreshSession, SessionTokens};
use axum::extract::State;
use axum::response::Response;
use http_kit::{ApiProblem, StrictJson};
use time::OffsetDateTime;

use crate::auth::{RefreshToken, SessionRoles, access_token, session_tokens};
use crate::credential_store::{Rotation, Seed};
use crate::refusal::Refusal;
use crate::stores::Standing;

/// Gets the next tokens of a session.
///
/// A refresh token is good once, and for ten seconds more, in which it gets the same next one again: an answer may get
/// lost. Sending it later ends the session, because one of the two senders stole it.
#[utoipa::path(
    post, path = "/v1/sessions/refresh", tag = "sessions", request_body = RefreshSession,
    responses(
        (status = 201, description = "The next tokens", body = SessionTokens),
    ),
    extensions(("x-rate" = json!("session")), ("x-problems" = json!(["refresh-token-invalid"]))),
)]
pub(crate) async fn refresh_session(
    State(state): State<crate::State>,
    body: StrictJson<RefreshSession>,
) -> Result<Response, Refusal> {
    let presented = RefreshToken::parse(&body.value.refresh_token).ok_or_else(refused)?;
    let ready = state.ready()?;
    // A deactivation or suspension ends all sessions; this also holds where that could not be done.
    if !matches!(ready.executor().standing(presented.account).await?, Standing::Active { .. }) {
        return Err(refused());
    }
    // Signed first: once the token is replaced, its holder must get the next one.
    let roles =
        SessionRoles::read(ready.executor(), presented.account).await?.map_err(|_suspended| refused())?;
    let access_token = access_token(state.signing_keys(), &presented, roles)?;
    let sessions = &ready.credential_store().sessions;
    let (account, session) = (presented.account, presented.family);
    let next = |seed: &Seed| presented.successor(seed).hashed().current;
    let rotation =
        sessions.rotate(account, session, &presented.hashed(), next, OffsetDateTime::now_utc()).await?;
    match rotation {
        (Rotation::Done, Some(seed)) => Ok(session_tokens(access_token, &presented.successor(&seed), None)),
        (Rotation::Reused, _) => {
            metrics::counter!("dispatcher_refresh_tokens_reused_total").increment(1);
            tracing::warn!(
                account = account.get(),
                %session,
                "a refresh token was used twice; its session has ended"
            );
            state.revocations().end_sessions(account, &[session]).await?;
            Err(refused())
        }
        (Rotation::Unknown | Rotation::Done, _) => Err(refused()),
    }
}

fn refused() -> Refusal {
    ApiProblem::new(codes::REFRESH_TOKEN_INVALID).into()
}
