//! `POST /v1/sessions`.

use api_types::codes;
use api_types::sessions::{CreateSession, SessionTokens};
use axum::extract::State;
use axum::response::Response;
use domain::{AccountId, Handle, Password};
use http_kit::{ApiProblem, ClientAddress, StrictJson};
use time::OffsetDateTime;

use crate::auth::{RefreshToken, roles_of, session_tokens};
use crate::credential_store::{Attempt, Family};
use crate::refusal::Refusal;
use crate::state::Ready;
use crate::stores::Standing;

/// Logs in with a handle and its password.
///
/// The access token is good for an hour; the refresh token gets the next one, once, within 30 days. Ten wrong passwords
/// for a handle from one address close that handle to that address for a quarter of an hour.
#[utoipa::path(
    post, path = "/v1/sessions", tag = "sessions", request_body = CreateSession,
    responses(
        (status = 201, description = "Logged in", body = SessionTokens),
    ),
    extensions(("x-problems" = json!(["credentials-invalid", "account-suspended", "rate-limited"]))),
)]
pub(crate) async fn create_session(
    State(state): State<crate::State>,
    address: ClientAddress,
    body: StrictJson<CreateSession>,
) -> Result<Response, Refusal> {
    // What cannot be a handle belongs to nobody, as everybody can see; so a quick answer gives nothing away.
    let handle = Handle::parse(&body.value.handle).map_err(|_malformed| refused())?;
    let password = Password::guess(&body.value.password);
    let account = log_in(&state, &handle, password, address).await?;
    let roles = roles_of(&state.ready()?.executor().moderation(account).await?);
    let token = RefreshToken::new(account);
    let family = Family { id: token.family, secret: token.hashed(), refreshed_at: OffsetDateTime::now_utc() };
    // Signed first: a session whose token nobody has would only take up room.
    let answer = session_tokens(state.signing_keys(), &token, roles)?;
    state.ready()?.credential_store().sessions.open(account, family).await?;
    metrics::counter!("dispatcher_logins_total", "outcome" => "done").increment(1);
    Ok(answer)
}

/// The account whose handle and password these are.
async fn log_in(
    state: &crate::State,
    handle: &Handle,
    password: Password,
    address: ClientAddress,
) -> Result<AccountId, Refusal> {
    let ready = state.ready()?;
    let store = ready.credential_store();
    let permit = state.passwords().admit()?;
    let now = OffsetDateTime::now_utc();
    let attempt = store.attempts.begin(handle, address, now).await?;
    if let Attempt::Refused(wait) = attempt {
        metrics::counter!("dispatcher_logins_total", "outcome" => "limited").increment(1);
        // A quarter of an hour at most, rounded up.
        let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
        return Err(ApiProblem::new(codes::RATE_LIMITED)
            .detail("Too many tries to log in failed.")
            .retry_after_seconds(seconds)
            .into());
    }
    let found = find(&ready, handle).await?;
    let account = found.map(|(account, _)| account);
    // A handle without an account is looked up and verified like any other, so that the time tells nothing.
    let hash = store.credentials.get(account.unwrap_or(NOBODY)).await?;
    let hash = hash.filter(|_| account.is_some());
    let is_right = permit.verify(password, hash).await?;
    let account = account.filter(|_| is_right).ok_or_else(refused)?;
    store.attempts.clear(handle, address).await?;
    // Only who knows the password learns of it.
    if let Some((_, Standing::Suspended(reason))) = found {
        metrics::counter!("dispatcher_logins_total", "outcome" => "suspended").increment(1);
        return Err(Refusal::suspended(reason));
    }
    Ok(account)
}

/// Stands in for an account that does not exist: ids begin in 2025, so nothing has this one.
const NOBODY: AccountId = match AccountId::from_i64(1) {
    Some(account) => account,
    None => unreachable!(),
};

async fn find(ready: &Ready, handle: &Handle) -> Result<Option<(AccountId, Standing)>, Refusal> {
    let executor = ready.executor();
    let found = executor.holder_of(handle).await?;
    let standing = executor.standing(found.unwrap_or(NOBODY)).await?;
    Ok(found
        .filter(|_| matches!(standing, Standing::Active { .. } | Standing::Suspended(_)))
        .map(|it| (it, standing)))
}

fn refused() -> Refusal {
    metrics::counter!("dispatcher_logins_total", "outcome" => "refused").increment(1);
    ApiProblem::new(codes::CREDENTIALS_INVALID).into()
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::Arc;

    use crate::credential_store::CredentialStore;
    use crate::executor::Executor;
    use domain::Shard;
    use event_store::{Buckets, EventLog, InMemoryLog};
    use http_kit::Identity;
    use http_kit::identity::IdentityConfig;
    use tokens::KeySource;

    use super::*;
    use crate::auth::{SessionSettings, SigningKeys};
    use crate::state::Opened;

    fn state() -> crate::State {
        let keys = Arc::new(SigningKeys::new(SessionSettings::default()));
        let config = IdentityConfig::Jwt {
            jwks_file: None,
            jwks_url: None,
            issuer: "rookery".to_owned(),
            audience: "rookery".to_owned(),
        };
        let sources: Vec<Arc<dyn KeySource>> = vec![Arc::clone(&keys) as _];
        let identity = Identity::with_sources(&config, sources).expect("there is a source");
        let state = crate::State::new(Arc::new(identity), keys);
        let log: Arc<dyn EventLog> = Arc::new(InMemoryLog::new(Shard(0)));
        let executor = Executor::new(Arc::clone(&log));
        state.open(Opened { log, executor, credentials: CredentialStore::new(Buckets::in_memory()) });
        state
    }

    #[tokio::test]
    async fn a_handle_that_nobody_has_costs_a_verification_too() {
        let (state, handle) = (state(), Handle::parse("nobody").expect("it is a handle"));
        let address = ClientAddress::of(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let refusal =
            log_in(&state, &handle, Password::guess("guess"), address).await.expect_err("nobody has it");
        assert_eq!(ApiProblem::from(refusal).code(), "credentials-invalid");
        assert_eq!(state.passwords().verifications(), 1);
    }
}
