//! The set in use, and the rule for looking again: one at a time, at most once a second, and nobody waits in vain.

use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{KeySet, KeysUnavailable};

const LOOK_INTERVAL: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub struct CurrentKeys {
    set: RwLock<Arc<KeySet>>,
    last_look: Mutex<Option<Look>>,
}

/// The last reading that a token asked for.
#[derive(Debug)]
struct Look {
    began: Instant,
    failure: Option<KeysUnavailable>,
}

impl CurrentKeys {
    #[must_use]
    pub fn new(keys: KeySet) -> Self {
        Self { set: RwLock::new(Arc::new(keys)), last_look: Mutex::new(None) }
    }

    #[must_use]
    pub fn get(&self) -> Arc<KeySet> {
        Arc::clone(&self.set.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The same keys stay the same set, with the tokens that it remembers.
    pub fn replace(&self, keys: KeySet) {
        let mut set = self.set.write().unwrap_or_else(PoisonError::into_inner);
        if set.jwks != keys.jwks {
            tracing::info!(keys = keys.keys.len(), "the key set has changed");
            *set = Arc::new(keys);
        }
    }

    /// Reads the source again in search of a key, and gives the set as it is then.
    ///
    /// A reading that began after this call did answers it too, so however many ask, the source is read once a second;
    /// and as a call that comes too early waits for its turn, a key that exists is found. The wait is less than the
    /// interval and two readings.
    ///
    /// # Errors
    /// When the reading failed; what was known stays.
    pub async fn look_again(
        &self,
        kid: &str,
        read: impl Future<Output = Result<KeySet, KeysUnavailable>> + Send,
    ) -> Result<Arc<KeySet>, KeysUnavailable> {
        let called = Instant::now();
        let mut last_look = self.last_look.lock().await;
        let known = self.get();
        if known.knows(kid) {
            return Ok(known);
        }
        if let Some(look) = last_look.as_ref() {
            if look.began > called {
                return look.failure.clone().map_or(Ok(known), Err);
            }
            tokio::time::sleep_until(look.began + LOOK_INTERVAL).await;
        }
        let began = Instant::now();
        let failure = match read.await {
            Ok(keys) => {
                self.replace(keys);
                None
            }
            Err(failure) => Some(failure),
        };
        *last_look = Some(Look { began, failure: failure.clone() });
        failure.map_or_else(|| Ok(self.get()), Err)
    }
}
