//! Logging in: who is let in, from where, and the session that begins.

use api_types::codes;
use domain::{AccountId, Handle, Password};
use http_kit::{ApiProblem, ClientAddress};
use time::OffsetDateTime;

use crate::credential_store::{Attempt, CredentialStore, Factor, Family, PasswordHash, Try};
use crate::refusal::Refusal;
use crate::state::{Ready, State};
use crate::stores::Standing;

use super::device_token::DeviceToken;
use super::refresh_token::RefreshToken;
use super::session_tokens::{SessionRoles, access_token};

/// What somebody shows.
pub(crate) struct LogIn {
    pub(crate) handle: Handle,
    pub(crate) password: Password,
    pub(crate) address: ClientAddress,
    /// A code of the second factor.
    pub(crate) otp: Option<String>,
    /// What the session shall be called.
    pub(crate) session_name: String,
    pub(crate) device: Option<DeviceToken>,
    /// Whether the device shall be known from now on.
    pub(crate) remember_device: bool,
}

pub(crate) struct LoggedIn {
    pub(crate) refresh_token: RefreshToken,
    pub(crate) device: Option<DeviceToken>,
    pub(crate) roles: SessionRoles,
}

/// Whose handle and password these are, and by which hash that is known.
struct Owner {
    account: AccountId,
    hash: PasswordHash,
}

/// Stands in for an account that does not exist: ids begin in 2025, so nothing has this one.
const NOBODY: AccountId = match AccountId::from_i64(1) {
    Some(account) => account,
    None => unreachable!(),
};

pub(crate) async fn log_in(state: &State, mut log_in: LogIn) -> Result<LoggedIn, Refusal> {
    let ready = state.ready()?;
    let owner = prove(state, &ready, &log_in).await?;
    let session_name = std::mem::take(&mut log_in.session_name);
    let roles = SessionRoles::read(ready.executor(), owner.account).await?.map_err(Refusal::suspended)?;
    let refresh_token = open_session(state, &ready, &owner, session_name, roles).await?;
    let device = log_in.device.or_else(|| log_in.remember_device.then(DeviceToken::new));
    let known = device.as_ref().map(DeviceToken::device);
    let (places, now) = (&ready.credential_store().places, OffsetDateTime::now_utc());
    places.note(owner.account, log_in.address, known.as_ref(), now).await?;
    Ok(LoggedIn { refresh_token, device, roles })
}

async fn prove(state: &State, ready: &Ready, log_in: &LogIn) -> Result<Owner, Refusal> {
    let store = ready.credential_store();
    let permit = state.passwords().admit_log_in(Some(log_in.address))?;
    let found = find(ready, &log_in.handle).await?;
    let account = found.map(|(account, _)| account);
    let attempt = attempt(store, account, log_in).await?;
    store.attempts.begin(&attempt, OffsetDateTime::now_utc()).await?.or_refuse()?;
    // A handle without an account is looked up and verified like any other, so that the time tells nothing.
    let hash = store.credentials.get(account.unwrap_or(NOBODY)).await?;
    let hash = hash.filter(|_| account.is_some());
    let is_right = permit.verify(log_in.password.clone(), hash.clone()).await?;
    let Some((account, hash)) = account.zip(hash).filter(|_| is_right) else {
        store.attempts.failed(&attempt, OffsetDateTime::now_utc()).await?;
        return Err(refused());
    };
    if let Factor::On { .. } = store.second_factors.get(account).await? {
        let Some(otp) = &log_in.otp else {
            // No guess, but no log-in either.
            store.attempts.forgive(&attempt).await?;
            return Err(ApiProblem::new(codes::OTP_REQUIRED).into());
        };
        accept_code(store, account, otp).await?;
    }
    store.attempts.clear(&attempt).await?;
    // Only who proved to be the owner learns of it.
    if let Some((_, Standing::Suspended(reason))) = found {
        metrics::counter!("dispatcher_logins_total", "outcome" => "suspended").increment(1);
        return Err(Refusal::suspended(reason));
    }
    Ok(Owner { account, hash })
}

async fn accept_code(store: &CredentialStore, account: AccountId, otp: &str) -> Result<(), Refusal> {
    let (now, attempt) = (OffsetDateTime::now_utc(), Try::Code(account));
    store.attempts.begin(&attempt, now).await?.or_refuse()?;
    if !store.second_factors.accept(account, otp, now.unix_timestamp().unsigned_abs()).await? {
        metrics::counter!("dispatcher_logins_total", "outcome" => "refused").increment(1);
        return Err(ApiProblem::new(codes::OTP_INVALID).into());
    }
    Ok(store.attempts.clear(&attempt).await?)
}

async fn find(ready: &Ready, handle: &Handle) -> Result<Option<(AccountId, Standing)>, Refusal> {
    let executor = ready.executor();
    let found = executor.holder_of(handle).await?;
    let standing = executor.standing(found.unwrap_or(NOBODY)).await?;
    let is_there = matches!(standing, Standing::Active { .. } | Standing::Suspended(_));
    Ok(found.filter(|_| is_there).map(|account| (account, standing)))
}

/// By whom the try is: the owner's places are counted apart from strangers.
async fn attempt<'of>(
    store: &CredentialStore,
    account: Option<AccountId>,
    log_in: &'of LogIn,
) -> Result<Try<'of>, Refusal> {
    let LogIn { handle, address, device, .. } = log_in;
    let (account, address) = (account.unwrap_or(NOBODY), *address);
    let places = store.places.get(account).await?;
    let device = device.as_ref().map(DeviceToken::device).filter(|device| places.knows_device(device));
    Ok(match device {
        Some(device) => Try::Device { account, device: device.id },
        None if places.knows_address(account, address) => Try::KnownAddress { handle, address },
        None => Try::Stranger { handle, address },
    })
}

async fn open_session(
    state: &State,
    ready: &Ready,
    owner: &Owner,
    name: String,
    roles: SessionRoles,
) -> Result<RefreshToken, Refusal> {
    let (store, account) = (ready.credential_store(), owner.account);
    let token = RefreshToken::new(account);
    // Before anything is kept: a session whose token nobody has would only take up room.
    access_token(state.signing_keys(), &token, roles)?;
    let now = OffsetDateTime::now_utc();
    let family = Family {
        id: token.family,
        secret: token.hashed(),
        seed: RefreshToken::new_seed(),
        previous: None,
        name,
        opened_at: now,
        refreshed_at: now,
    };
    let ended = store.sessions.open(account, family).await?;
    state.revocations().end_sessions(account, &ended).await?;
    // A new password, and a deactivation, first replace the hash and then end all sessions: either they saw this one,
    // or this sees them.
    if store.credentials.get(account).await?.as_ref() != Some(&owner.hash) {
        state.end_session(account, token.family).await?;
        return Err(refused());
    }
    Ok(token)
}

impl Attempt {
    /// # Errors
    /// `rate-limited` where it is refused.
    pub(crate) fn or_refuse(self) -> Result<(), Refusal> {
        let Self::Refused(wait) = self else { return Ok(()) };
        metrics::counter!("dispatcher_logins_total", "outcome" => "limited").increment(1);
        // Minutes at most, rounded up.
        let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
        let problem = ApiProblem::new(codes::RATE_LIMITED).detail("Too many tries failed.");
        Err(problem.retry_after_seconds(seconds).into())
    }
}

pub(crate) fn refused() -> Refusal {
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
        let log_in = LogIn {
            handle,
            password: Password::guess("guess"),
            address,
            otp: None,
            session_name: String::new(),
            device: None,
            remember_device: false,
        };
        let Err(refusal) = super::log_in(&state, log_in).await else { panic!("nobody has it") };
        assert_eq!(ApiProblem::from(refusal).code(), "credentials-invalid");
        assert_eq!(state.passwords().verifications(), 1);
    }
}
