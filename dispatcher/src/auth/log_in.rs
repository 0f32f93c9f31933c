//! Logging in with a password: who is let in, and from where.

use api_types::codes;
use domain::{AccountId, Handle, Password};
use http_kit::ApiProblem;
use time::OffsetDateTime;

use crate::credential_store::{Attempt, CredentialStore, Factor, Try};
use crate::refusal::Refusal;
use crate::state::{Ready, State};
use crate::stores::Standing;

use super::device_token::DeviceToken;
use super::open_session::{LoggedIn, Owner, ProvedBy, Visitor, open_session, refused};

/// What somebody shows.
pub(crate) struct LogIn {
    pub(crate) handle: Handle,
    pub(crate) password: Password,
    /// A code of the second factor.
    pub(crate) otp: Option<String>,
    pub(crate) visitor: Visitor,
}

/// Stands in for an account that does not exist: ids begin in 2025, so nothing has this one.
const NOBODY: AccountId = match AccountId::from_i64(1) {
    Some(account) => account,
    None => unreachable!(),
};

pub(crate) async fn log_in(state: &State, log_in: LogIn) -> Result<LoggedIn, Refusal> {
    let ready = state.ready()?;
    let owner = prove(state, &ready, &log_in).await?;
    open_session(state, &ready, &owner, log_in.visitor).await
}

async fn prove(state: &State, ready: &Ready, log_in: &LogIn) -> Result<Owner, Refusal> {
    let store = ready.credential_store();
    let permit = state.passwords().admit_log_in(Some(log_in.visitor.address))?;
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
    Ok(Owner { account, proved_by: ProvedBy::Password(hash) })
}

pub(super) async fn accept_code(
    store: &CredentialStore,
    account: AccountId,
    otp: &str,
) -> Result<(), Refusal> {
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
    let LogIn { handle, visitor: Visitor { address, device, .. }, .. } = log_in;
    let (account, address) = (account.unwrap_or(NOBODY), *address);
    let places = store.places.get(account).await?;
    let device = device.as_ref().map(DeviceToken::device).filter(|device| places.knows_device(device));
    Ok(match device {
        Some(device) => Try::Device { account, device: device.id },
        None if places.knows_address(account, address) => Try::KnownAddress { handle, address },
        None => Try::Stranger { handle, address },
    })
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

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::Arc;

    use crate::credential_store::CredentialStore;
    use crate::executor::Executor;
    use domain::Shard;
    use event_store::{Buckets, EventLog, InMemoryLog};
    use http_kit::identity::IdentityConfig;
    use http_kit::{ClientAddress, Identity};
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
        let visitor = Visitor { address, session_name: String::new(), device: None, remember_device: false };
        let log_in = LogIn { handle, password: Password::guess("guess"), otp: None, visitor };
        let Err(refusal) = super::log_in(&state, log_in).await else { panic!("nobody has it") };
        assert_eq!(ApiProblem::from(refusal).code(), "credentials-invalid");
        assert_eq!(state.passwords().verifications(), 1);
    }
}
