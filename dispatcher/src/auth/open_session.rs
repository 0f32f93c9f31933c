//! The session that begins once somebody has shown who they are.

use api_types::codes;
use domain::AccountId;
use event_store::BucketError;
use http_kit::{ApiProblem, ClientAddress};
use time::OffsetDateTime;

use crate::credential_store::{CredentialStore, Family, OidcSubject, PasswordHash};
use crate::refusal::Refusal;
use crate::state::{Ready, State};

use super::device_token::DeviceToken;
use super::refresh_token::RefreshToken;
use super::session_tokens::{SessionRoles, access_token};

/// From where somebody comes, and what the session shall be like.
pub(crate) struct Visitor {
    pub(crate) address: ClientAddress,
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

/// Whose account it is, and by what that is known.
pub(super) struct Owner {
    pub(super) account: AccountId,
    pub(super) proved_by: ProvedBy,
}

pub(super) enum ProvedBy {
    Password(PasswordHash),
    Oidc(OidcSubject),
}

pub(super) async fn open_session(
    state: &State,
    ready: &Ready,
    owner: &Owner,
    visitor: Visitor,
) -> Result<LoggedIn, Refusal> {
    let Visitor { address, session_name, device, remember_device } = visitor;
    let roles = SessionRoles::read(ready.executor(), owner.account).await?.map_err(Refusal::suspended)?;
    let refresh_token = begin(state, ready, owner, session_name, roles).await?;
    let device = device.or_else(|| remember_device.then(DeviceToken::new));
    let known = device.as_ref().map(DeviceToken::device);
    let (places, now) = (&ready.credential_store().places, OffsetDateTime::now_utc());
    places.note(owner.account, address, known.as_ref(), now).await?;
    Ok(LoggedIn { refresh_token, device, roles })
}

async fn begin(
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
    // A new password, an unlinked provider and a deactivation first take away what was shown and then end all sessions:
    // either they saw this one, or this sees them.
    if !owner.is_still_known(store).await? {
        state.end_session(account, token.family).await?;
        return Err(refused());
    }
    Ok(token)
}

impl Owner {
    async fn is_still_known(&self, store: &CredentialStore) -> Result<bool, BucketError> {
        let hash = store.credentials.get(self.account).await?;
        match &self.proved_by {
            ProvedBy::Password(shown) => Ok(hash.as_ref() == Some(shown)),
            // An account that was given up has no hash, not even that of nothing.
            ProvedBy::Oidc(subject) => {
                Ok(hash.is_some() && store.oidc_links.account_of(subject).await? == Some(self.account))
            }
        }
    }
}

pub(crate) fn refused() -> Refusal {
    metrics::counter!("dispatcher_logins_total", "outcome" => "refused").increment(1);
    ApiProblem::new(codes::CREDENTIALS_INVALID).into()
}
