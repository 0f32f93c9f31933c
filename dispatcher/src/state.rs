//! What every handler shares.

use std::sync::{Arc, OnceLock};

use api_types::codes;
use axum::extract::FromRef;
use domain::{AccountId, Password};
use event_store::EventLog;
use http_kit::{ApiProblem, Identity, KnownLog, KnowsLog, Limits};
use tokio_util::sync::CancellationToken;

use crate::auth::{Passwords, Providers, Revocations, SigningKeys};
use crate::credential_store::CredentialStore;
use crate::data_position::{DataPositions, DataWatch};
use crate::executor::Executor;
use crate::import_lock::ImportLock;
use crate::mail::MailQueue;
use crate::refusal::Refusal;
use crate::settings::Settings;

/// What was opened once the broker could be reached.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) executor: Executor,
    pub(crate) credentials: CredentialStore,
}

/// Clones share everything, and are two counts: axum makes one per layer and extractor of a request.
#[derive(Debug, Clone)]
pub struct State {
    shared: Arc<Shared>,
    settings: Arc<Settings>,
}

#[derive(Debug)]
struct Shared {
    identity: Arc<Identity>,
    opened: OnceLock<Arc<Opened>>,
    /// Why the log that was opened is gone for good.
    refusal: OnceLock<Arc<str>>,
    signing_keys: Arc<SigningKeys>,
    revocations: Revocations,
    passwords: Arc<Passwords>,
    imports: Arc<ImportLock>,
    /// Absent where no mail server is configured.
    mail_queue: OnceLock<MailQueue>,
    providers: OnceLock<Providers>,
    /// Absent where nobody says how far the data is.
    data: OnceLock<DataWatch>,
}

/// A share of what was opened that outlives the request, for the task in which a command runs.
#[derive(Debug, Clone)]
pub(crate) struct Ready(Arc<Opened>);

impl State {
    /// The keys sign the tokens of sessions; `identity` should have them among its sources. What is void is told to it.
    #[must_use]
    pub fn new(identity: Arc<Identity>, signing_keys: Arc<SigningKeys>) -> Self {
        let revocations = Revocations::new(Arc::clone(identity.revocations()));
        let shared = Shared {
            identity,
            signing_keys,
            revocations,
            passwords: Arc::new(Passwords::new()),
            imports: Arc::default(),
            mail_queue: OnceLock::new(),
            providers: OnceLock::new(),
            data: OnceLock::new(),
            opened: OnceLock::new(),
            refusal: OnceLock::new(),
        };
        Self { shared: Arc::new(shared), settings: Arc::default() }
    }

    /// With other settings than the defaults.
    #[must_use]
    pub fn with(self, settings: Settings) -> Self {
        Self { settings: Arc::new(settings), ..self }
    }

    /// The first log stays: it is opened once per process.
    pub(crate) fn open(&self, opened: Opened) {
        drop(self.shared.opened.set(Arc::new(opened)));
    }

    /// From now on nothing is taken any more: only a new process opens another log.
    pub(crate) fn refuse(&self, why: &str) {
        if self.shared.refusal.set(why.into()).is_ok() {
            tracing::error!(
                reason = why,
                "commands are refused: the log was replaced; `rookery adopt` is the way on"
            );
            metrics::gauge!("dispatcher_log_refused").set(1.0);
        }
    }

    pub(crate) fn opened(&self) -> Option<&Opened> {
        self.shared.opened.get().map(Arc::as_ref)
    }

    /// Why the log's server has to be started again once its disk has room; `None` where it need not.
    pub fn write_error(&self) -> Option<String> {
        self.opened()?.log.write_error()
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn signing_keys(&self) -> &Arc<SigningKeys> {
        &self.shared.signing_keys
    }

    pub(crate) fn revocations(&self) -> &Revocations {
        &self.shared.revocations
    }

    pub(crate) fn passwords(&self) -> &Arc<Passwords> {
        &self.shared.passwords
    }

    pub(crate) fn imports(&self) -> &Arc<ImportLock> {
        &self.shared.imports
    }

    /// The first queue stays: mails are sent by one task of the process.
    pub(crate) fn set_mail_queue(&self, queue: MailQueue) {
        drop(self.shared.mail_queue.set(queue));
    }

    /// From now on commands wait for the data where their callers prefer that, until the token is cancelled.
    pub fn await_data(&self, source: Box<dyn DataPositions>, limits: &Limits, ending: CancellationToken) {
        drop(self.shared.data.set(DataWatch::new(source, limits, ending)));
    }

    pub(crate) fn data(&self) -> Option<&DataWatch> {
        self.shared.data.get()
    }

    /// # Errors
    /// `mail-not-configured` without a mail server.
    pub(crate) fn mail_queue(&self) -> Result<&MailQueue, ApiProblem> {
        self.shared.mail_queue.get().ok_or_else(|| ApiProblem::new(codes::MAIL_NOT_CONFIGURED))
    }

    /// The first ones stay.
    pub(crate) fn set_providers(&self, providers: Providers) {
        drop(self.shared.providers.set(providers));
    }

    /// None where none is configured.
    pub(crate) fn providers(&self) -> &Providers {
        static NONE: Providers = Providers::none();
        self.shared.providers.get().unwrap_or(&NONE)
    }

    /// Refuses with `unavailable` until the log was opened.
    pub(crate) fn ready(&self) -> Result<Ready, ApiProblem> {
        match self.shared.opened.get() {
            Some(opened) => Ok(Ready(Arc::clone(opened))),
            None => Err(ApiProblem::unavailable("the log has not been opened yet")),
        }
    }
}

/// What an account proves itself with.
impl State {
    /// Makes the password the account's only one.
    ///
    /// The id need not be registered yet. Call it before the event that makes the account, so that nobody has an
    /// account without a password, and [`Self::delete_credential`] where that event is refused for good.
    ///
    /// # Errors
    /// `password-too-weak`, `overloaded` when too many hash at this moment, `unavailable` when the credential store or the
    /// log cannot be reached.
    pub async fn store_credential(&self, account: AccountId, password: Password) -> Result<(), ApiProblem> {
        let ready = self.ready()?;
        let about = ready.executor().names_of(account).await.map_err(Refusal::from)?;
        let hash = self.shared.passwords.hash(password, about, None).await?;
        Ok(ready.credential_store().credentials.put(account, &hash).await.map_err(Refusal::from)?)
    }

    /// Nobody can log in to the account from now on. Repeating it does no harm.
    ///
    /// # Errors
    /// `unavailable` when the credential store cannot be reached.
    pub async fn delete_credential(&self, account: AccountId) -> Result<(), ApiProblem> {
        Ok(self.ready()?.credential_store().credentials.delete(account).await.map_err(Refusal::from)?)
    }
}

impl State {
    /// For who was suspended, before the answer: sessions and tokens are void at once. Where that fails, whoever follows the
    /// log does it.
    pub(crate) async fn end_access(&self, account: AccountId) {
        let ended = async {
            self.end_all_sessions(account).await?;
            Ok::<_, ApiProblem>(self.revoke_personal_tokens(account).await?)
        };
        if let Err(problem) = ended.await {
            tracing::warn!(%problem, account = account.get(), "the sessions of an account could not be ended at once");
        }
    }
}

impl Ready {
    pub(crate) fn executor(&self) -> &Executor {
        &self.0.executor
    }

    pub(crate) fn credential_store(&self) -> &CredentialStore {
        &self.0.credentials
    }
}

impl FromRef<State> for Arc<Identity> {
    fn from_ref(state: &State) -> Self {
        Self::clone(&state.shared.identity)
    }
}

impl FromRef<State> for Arc<SigningKeys> {
    fn from_ref(state: &State) -> Self {
        Self::clone(&state.shared.signing_keys)
    }
}

impl KnowsLog for State {
    async fn known_log(&self) -> KnownLog {
        let lineage = self.opened().map(|opened| opened.log.lineage().0);
        KnownLog { lineage, refusal: self.shared.refusal.get().cloned() }
    }
}
