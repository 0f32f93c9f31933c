//! The keys that sign access tokens, as this process knows them.
//!
//! They live in the bucket, where `rookery keys rotate` changes them; every dispatcher follows. A retired key signs
//! nothing new, and stays published until the last token that it signed has expired.
//!
//! A dispatcher may not have seen a new key yet when another one signs with it. So its own verification looks into the
//! store again for a key that it misses, and what it publishes is never older than a second.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use domain::AccountId;
use event_store::{Bucket, BucketError};
use http_kit::ApiProblem;
use serde::Serialize;
use serde::de::DeserializeOwned;
use service_kit::Chain;
use time::OffsetDateTime;
use tokens::{CurrentKeys, KeySet, KeySource, KeysUnavailable};
use tokens::{KeyError, SESSION_TOKEN_LIFETIME, SigningKey, TokenIssuer, public_jwks};
use tokens::{Roles, Scopes, TicketError, TicketKind};
use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::credential_store::{self, KeyRing, StoredKey};

use crate::refusal::Refusal;

use super::settings::SessionSettings;

/// How long a retired key stays published: a token's life, and ten minutes for a dispatcher that could not reach the
/// store and went on signing with it, and for clocks that differ.
const RETIRED_KEEP: Duration = Duration::from_secs(SESSION_TOKEN_LIFETIME.as_secs() + 600);

/// By how much a key is kept longer than its newest personal token needs, so that not each of them writes that down.
const NEEDED_AHEAD: Duration = Duration::from_secs(30 * 24 * 3_600);

const FOLLOW_PERIOD: Duration = Duration::from_secs(5);
/// Anybody may ask for the published keys; the bucket is asked once in this time.
const PUBLISHED_AGE_MAX: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub struct SigningKeys {
    settings: SessionSettings,
    store: OnceLock<credential_store::SigningKeys>,
    /// What the last reading of the ring gave; absent until the first one.
    known: RwLock<Option<Arc<Known>>>,
    /// For verifying.
    verifying: CurrentKeys,
    /// When the bucket was last asked for what is published.
    asked_at: Mutex<Option<Instant>>,
}

#[derive(Debug)]
struct Known {
    ring: KeyRing,
    issuer: TokenIssuer,
    jwks: String,
}

/// The right to sign one personal token.
#[derive(Debug)]
pub(crate) struct PersonalSigner(Arc<Known>);

impl PersonalSigner {
    pub(crate) fn personal(
        &self,
        account: AccountId,
        id: Uuid,
        scopes: Scopes,
        now: SystemTime,
        lifetime: Duration,
    ) -> Result<String, ApiProblem> {
        let issuer = &self.0.issuer;
        issuer.issue_personal(account.get(), id, scopes, now, lifetime).map_err(ApiProblem::internal)
    }
}

#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    #[error(transparent)]
    CredentialStore(#[from] BucketError),
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Adds a new key to the bucket and retires all others. Gives the new key's name.
///
/// # Errors
/// When the bucket cannot be reached; then it is not known whether it was done.
pub async fn rotate_signing_keys(bucket: Arc<dyn Bucket>) -> Result<String, RotateError> {
    let fresh = fresh_key()?;
    let kid = fresh.0.clone();
    credential_store::SigningKeys::new(bucket).rotate(fresh, RETIRED_KEEP).await?;
    Ok(kid)
}

impl SigningKeys {
    /// Without keys, until the dispatcher's connection opens the bucket.
    #[must_use]
    pub fn new(settings: SessionSettings) -> Self {
        Self {
            settings,
            store: OnceLock::new(),
            known: RwLock::default(),
            verifying: CurrentKeys::new(KeySet::empty()),
            asked_at: Mutex::default(),
        }
    }

    /// Reads the ring for the first time, and makes the first key where there is none.
    pub(crate) async fn open(&self, store: credential_store::SigningKeys) -> Result<(), KeysUnavailable> {
        self.store.get_or_init(|| store);
        self.read().await
    }

    /// Keeps up with the bucket until the token is cancelled. What is known stays while the bucket cannot be reached.
    pub(crate) async fn follow(&self, token: CancellationToken) {
        while token.run_until_cancelled(tokio::time::sleep(FOLLOW_PERIOD)).await.is_some() {
            if let Err(error) = self.read().await {
                tracing::warn!(error = %Chain(&error), "the signing keys could not be read again");
            }
        }
    }

    pub(crate) fn sign(
        &self,
        account: AccountId,
        roles: Roles,
        session: Uuid,
        now: SystemTime,
    ) -> Result<String, ApiProblem> {
        let known = self.known().ok_or_else(|| ApiProblem::unavailable("there is no signing key yet"))?;
        known
            .issuer
            .issue_for_session(account.get(), roles, session, now, SESSION_TOKEN_LIFETIME)
            .map_err(ApiProblem::internal)
    }

    /// A ticket that any dispatcher of this log will open.
    pub(crate) fn issue_ticket(
        &self,
        kind: TicketKind,
        content: &impl Serialize,
    ) -> Result<String, ApiProblem> {
        let known = self.known().ok_or_else(|| ApiProblem::unavailable("there is no signing key yet"))?;
        known.issuer.issue_ticket(kind, content, SystemTime::now()).map_err(ApiProblem::internal)
    }

    pub(crate) async fn open_ticket<T: DeserializeOwned>(
        &self,
        kind: TicketKind,
        ticket: &str,
    ) -> Result<T, TicketError> {
        let SessionSettings { issuer, audience } = &self.settings;
        tokens::open_ticket(self, issuer, audience, kind, ticket).await
    }

    /// Who signs a personal token that is good until then. The key is kept for so long before anything is signed.
    pub(crate) async fn until(&self, expires_at: OffsetDateTime) -> Result<PersonalSigner, Refusal> {
        let unavailable = || ApiProblem::unavailable("there is no signing key yet");
        let (known, store) = self.known().zip(self.store.get()).ok_or_else(unavailable)?;
        let (kid, key) = known.ring.signing().ok_or_else(unavailable)?;
        if key.needed_until.is_none_or(|until| until < expires_at)
            && !store.keep_until(kid, expires_at + NEEDED_AHEAD).await?
        {
            return Err(ApiProblem::unavailable("the signing key is being replaced").into());
        }
        Ok(PersonalSigner(known))
    }

    /// The published keys as a JSON Web Key Set, as new as they may be asked for.
    pub(crate) async fn jwks(&self) -> Result<String, ApiProblem> {
        let mut asked_at = self.asked_at.lock().await;
        if asked_at.is_none_or(|asked_at| asked_at.elapsed() >= PUBLISHED_AGE_MAX) {
            let reading = self.read().await;
            *asked_at = Some(Instant::now());
            if let Err(error) = reading {
                tracing::warn!(error = %Chain(&error), "the signing keys are published as they were known");
            }
        }
        drop(asked_at);
        let known = self.known().ok_or_else(|| ApiProblem::unavailable("there is no signing key yet"))?;
        Ok(known.jwks.clone())
    }

    fn known(&self) -> Option<Arc<Known>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn read(&self) -> Result<(), KeysUnavailable> {
        let keys = self.read_ring().await?;
        self.verifying.replace(keys);
        Ok(())
    }

    /// Reads the ring, takes it over for signing and publishing, and gives its public half.
    async fn read_ring(&self) -> Result<KeySet, KeysUnavailable> {
        let store = self
            .store
            .get()
            .ok_or_else(|| KeysUnavailable::new("the credential store has not been opened yet"))?;
        let fresh = fresh_key().map_err(KeysUnavailable::new)?;
        let ring = store.ensure(fresh, RETIRED_KEEP).await.map_err(KeysUnavailable::new)?;
        let known = match self.known().filter(|known| known.ring == ring) {
            Some(known) => known,
            None => Arc::new(self.understand(ring).map_err(KeysUnavailable::new)?),
        };
        let keys = KeySet::from_json(known.jwks.as_bytes()).map_err(KeysUnavailable::new)?;
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known);
        Ok(keys)
    }

    fn understand(&self, ring: KeyRing) -> Result<Known, KeyError> {
        let signing = ring.signing().map(|(kid, _)| kid.clone());
        let keys: Vec<SigningKey> = ring
            .keys
            .values()
            .map(|key| SigningKey::from_pkcs8_pem(key.expose_pem()))
            .collect::<Result<_, _>>()?;
        // `ensure` gives no ring without a key that signs.
        let signing = keys.iter().find(|key| signing.as_deref() == Some(key.kid()));
        let signing = signing.ok_or(KeyError::Malformed)?;
        tracing::info!(key.id = signing.kid(), keys = keys.len(), "signing with this key from now on");
        let SessionSettings { issuer, audience, .. } = &self.settings;
        let issuer = TokenIssuer::new(signing, issuer, audience);
        Ok(Known { jwks: public_jwks(&keys).to_string(), issuer, ring })
    }
}

fn fresh_key() -> Result<(String, StoredKey), KeyError> {
    let key = SigningKey::generate()?;
    Ok((key.kid().to_owned(), StoredKey::new(key.to_pkcs8_pem(), OffsetDateTime::now_utc())))
}

#[async_trait]
impl KeySource for SigningKeys {
    fn current(&self) -> Arc<KeySet> {
        self.verifying.get()
    }

    async fn look_again(&self, kid: &str) -> Result<Arc<KeySet>, KeysUnavailable> {
        self.verifying.look_again(kid, self.read_ring()).await
    }

    /// Nothing: the task that follows the bucket does that.
    async fn refresh(&self) {}
}
