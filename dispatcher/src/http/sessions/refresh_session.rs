//! `POST /v1/sessions/refresh`.

use api_types::codes;
use api_types::sessions::{RefreshSession, SessionTokens};
use axum::extract::State;
use axum::response::Response;
use http_kit::{ApiProblem, StrictJson};
use time::OffsetDateTime;

use crate::auth::{RefreshToken, roles_of, session_tokens};
use crate::credential_store::Rotation;
use crate::refusal::Refusal;
use crate::stores::Standing;

/// Gets the next tokens of a session.
///
/// A refresh token is good once. Sending it twice, even at the same moment, ends the session, because one of the two
/// senders stole it. Let only one part of a client refresh, and log in again if an answer got lost.
#[utoipa::path(
    post, path = "/v1/sessions/refresh", tag = "sessions", request_body = RefreshSession,
    responses(
        (status = 201, description = "The next tokens", body = SessionTokens),
    ),
    extensions(("x-problems" = json!(["refresh-token-invalid"]))),
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
    let roles = roles_of(&ready.executor().moderation(presented.account).await?);
    let next = presented.successor();
    // Signed first: once the token is replaced, its holder must get the next one.
    let answer = session_tokens(state.signing_keys(), &next, roles)?;
    let rotation = ready
        .credential_store()
        .sessions
        .rotate(
            presented.account,
            presented.family,
            &presented.hashed(),
            &next.hashed().current,
            OffsetDateTime::now_utc(),
        )
        .await?;
    match rotation {
        Rotation::Done => Ok(answer),
        Rotation::Unknown => Err(refused()),
        Rotation::Reused => {
            metrics::counter!("dispatcher_refresh_tokens_reused_total").increment(1);
            tracing::warn!(
                account = presented.account.get(),
                session = %presented.family,
                "a refresh token was used twice; its session has ended"
            );
            Err(refused())
        }
    }
}

fn refused() -> Refusal {
    ApiProblem::new(codes::REFRESH_TOKEN_INVALID).into()
}
