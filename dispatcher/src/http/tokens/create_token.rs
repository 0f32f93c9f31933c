//! `POST /v1/tokens`.

use std::time::{Duration, SystemTime};

use api_types::codes;
use api_types::tokens::{CreateToken, CreatedToken};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use http_kit::{ApiProblem, Caller, StrictJson};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::credential_store::PersonalToken;
use crate::http::command;
use crate::refusal::Refusal;

use super::{scopes, show};

const DAYS_DEFAULT: u32 = 90;
const DAYS_MAX: u32 = 366;
const DAY_SECONDS: u64 = 24 * 3_600;
const NAME_CODE_POINTS_MAX: usize = 100;

/// Makes a personal token, for a script of the caller's.
///
/// It may read or write, as its scopes say, in the name of the account, but has no role beyond `user` and cannot change
/// what guards the account. It is shown this once, and good until it expires or is revoked. An account has at most 64,
/// revoked ones that would not have expired yet included.
#[utoipa::path(
    post, path = "/v1/tokens", tag = "tokens", request_body = CreateToken,
    responses(
        (status = 201, description = "The token", body = CreatedToken),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["session-required", "too-many-tokens", "log-full"]))),
)]
pub(crate) async fn create_token(
    State(state): State<crate::State>,
    caller: Caller,
    body: StrictJson<CreateToken>,
) -> Result<Response, Refusal> {
    caller.require_session()?;
    let account = command::actor(&caller)?.account;
    let (name, lifetime) = checked(&body.value)?;
    if !state.revocations().has_room(account).await? {
        return Err(ApiProblem::new(codes::LOG_FULL)
            .detail("Too many tokens were revoked that have not expired.")
            .into());
    }
    let now = SystemTime::now();
    let created_at = OffsetDateTime::from(now).replace_nanosecond(0).map_err(ApiProblem::internal)?;
    let scopes = scopes(&body.value.scopes);
    let expires_at = created_at + lifetime;
    let token = PersonalToken { id: Uuid::now_v7(), name, scopes, created_at, expires_at, is_revoked: false };
    let signer = state.signing_keys().until(expires_at).await?;
    if !state.ready()?.credential_store().personal_tokens.add(account, &token).await? {
        return Err(ApiProblem::new(codes::TOO_MANY_TOKENS).into());
    }
    let signed = signer.personal(account, token.id, scopes, now, lifetime)?;
    let no_store = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    let created = CreatedToken::new(signed, show(token));
    Ok((StatusCode::CREATED, no_store, Json(created)).into_response())
}

fn checked(asked: &CreateToken) -> Result<(String, Duration), Refusal> {
    let name = asked.name.trim();
    let length = name.chars().count();
    if length == 0 || length > NAME_CODE_POINTS_MAX || name.chars().any(char::is_control) {
        return Err(Refusal::field("name", "1 to 100 code points, and no control characters"));
    }
    if asked.scopes.is_empty() {
        return Err(Refusal::field("scopes", "at least one of read and write"));
    }
    let days = asked.expires_in_days.unwrap_or(DAYS_DEFAULT);
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(Refusal::field("expiresInDays", "1 to 366"));
    }
    Ok((name.to_owned(), Duration::from_secs(u64::from(days) * DAY_SECONDS)))
}
