//! What every handler shares.

use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::FromRef;
use domain::Shard;
use event_store::{EventLog, Lineage};
use http_kit::{Budget, Identity, KnownLog, KnowsLog, Limits};
use tokio::sync::SetOnce;
use tokio_util::sync::CancellationToken;

use crate::events::EventLimits;
use crate::readings::Readings;
use crate::recent::Recent;
use crate::webhooks::{WebhookSettings, Webhooks};

/// The log, once it is open, the way to learn who asks, and what callers share. Clones share all of it.
#[derive(Debug, Clone)]
pub struct AppState {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    identity: Arc<Identity>,
    opened: SetOnce<Opened>,
    /// Why the log is not the one that was opened.
    refusal: RwLock<Option<Arc<str>>>,
    followers: Arc<Budget<i64>>,
    readings: Readings,
    webhooks: Webhooks,
    /// Cancelled when nothing is handed on any more.
    end: CancellationToken,
}

/// The log and what was new in it.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) recent: Arc<Recent>,
}

impl Opened {
    pub(crate) fn shard(&self) -> Shard {
        self.log.shard()
    }
}

impl AppState {
    /// Without a log, which [`fn@crate::connect`] opens. Streams end when the token is cancelled.
    #[must_use]
    pub fn new(
        identity: Arc<Identity>,
        limits: &Limits,
        events: EventLimits,
        webhooks: WebhookSettings,
        token: &CancellationToken,
    ) -> Self {
        let inner = Inner {
            identity,
            opened: SetOnce::new(),
            refusal: RwLock::default(),
            followers: Budget::new(events.followers_max, limits.each(events.followers_per_account_max)),
            readings: Readings::new(events.readings_max, limits),
            webhooks: Webhooks::new(webhooks),
            end: token.child_token(),
        };
        Self { inner: Arc::new(inner) }
    }

    pub(crate) fn open(&self, opened: Opened) {
        // It is opened once.
        self.inner.opened.set(opened).ok();
    }

    pub(crate) fn opened(&self) -> Option<&Opened> {
        self.inner.opened.get()
    }

    pub(crate) async fn wait_until_opened(&self) -> &Opened {
        self.inner.opened.wait().await
    }

    pub(crate) fn lineage(&self) -> Option<Lineage> {
        self.opened().map(|opened| opened.log.lineage())
    }

    /// From now on nothing is handed on: the log is another one. An operator has to act, and start this again.
    pub(crate) fn refuse(&self, why: &str) {
        tracing::error!(reason = why, "events are not handed on: the log is not the one that was opened");
        metrics::gauge!("relay_log_refused").set(1.0);
        *self.inner.refusal.write().unwrap_or_else(PoisonError::into_inner) = Some(why.into());
        self.inner.end.cancel();
    }

    pub(crate) fn refusal(&self) -> Option<Arc<str>> {
        self.inner.refusal.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.inner.identity
    }

    pub(crate) fn followers(&self) -> &Arc<Budget<i64>> {
        &self.inner.followers
    }

    pub(crate) fn readings(&self) -> &Readings {
        &self.inner.readings
    }

    pub(crate) fn webhooks(&self) -> &Webhooks {
        &self.inner.webhooks
    }

    pub(crate) fn end(&self) -> &CancellationToken {
        &self.inner.end
    }
}

impl KnowsLog for AppState {
    async fn known_log(&self) -> KnownLog {
        let lineage = self.lineage().map(|Lineage(lineage)| lineage);
        KnownLog { lineage, refusal: self.refusal() }
    }
}

impl FromRef<AppState> for Arc<Identity> {
    fn from_ref(state: &AppState) -> Self {
        Self::clone(&state.inner.identity)
    }
}
