//! What is read from a provider now and then: by one caller at a time, and not again at once after it failed.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::ProviderError;

/// A provider that failed, or did not have what was looked for, is left alone for so long.
const RETRY_AFTER: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct Cached<T> {
    state: Mutex<State<T>>,
    age_max: Duration,
}

#[derive(Debug)]
struct State<T> {
    known: Option<(Arc<T>, Instant)>,
    /// When the last reading ended, and whether it failed.
    tried: Option<(Instant, bool)>,
}

impl<T> Cached<T> {
    pub(super) fn new(age_max: Duration) -> Self {
        Self { state: Mutex::new(State { known: None, tried: None }), age_max }
    }

    /// What is known, read anew where it is too old or does not suffice. What was known stays good while the provider
    /// cannot be read.
    ///
    /// # Errors
    /// When nothing is known, and nothing could be read.
    pub(super) async fn get(
        &self,
        suffices: impl Fn(&T) -> bool + Send,
        read: impl Future<Output = Result<T, ProviderError>> + Send,
    ) -> Result<Arc<T>, ProviderError> {
        let mut state = self.state.lock().await;
        if let Some((known, read_at)) = &state.known
            && read_at.elapsed() < self.age_max
            && suffices(known)
        {
            return Ok(Arc::clone(known));
        }
        let was_tried = state.tried.filter(|(at, _)| at.elapsed() < RETRY_AFTER);
        if let Some((_, failed)) = was_tried {
            return match &state.known {
                Some((known, _)) => Ok(Arc::clone(known)),
                None if failed => Err(ProviderError::Unavailable("it failed a moment ago".into())),
                None => Err(ProviderError::Unavailable("nothing is known of it".into())),
            };
        }
        // Cancelled in here, nothing is noted, and the next caller reads.
        let outcome = read.await;
        state.tried = Some((Instant::now(), outcome.is_err()));
        match (outcome, &state.known) {
            (Ok(value), _) => {
                let value = Arc::new(value);
                state.known = Some((Arc::clone(&value), Instant::now()));
                Ok(value)
            }
            (Err(error), Some((known, _))) => {
                tracing::warn!(error = %service_kit::Chain(&error), "what is known of an OpenID provider stays");
                Ok(Arc::clone(known))
            }
            (Err(error), None) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failing() -> Result<u32, ProviderError> {
        Err(ProviderError::Unavailable("down".into()))
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_known_stays_and_a_provider_that_failed_is_left_alone() {
        let cached = Cached::new(Duration::from_secs(60));
        assert!(cached.get(|_| true, async { failing() }).await.is_err());
        assert!(cached.get(|_| true, async { Ok(1) }).await.is_err(), "it was asked a moment ago");
        tokio::time::advance(RETRY_AFTER).await;
        assert_eq!(*cached.get(|_| true, async { Ok(2) }).await.expect("it is read"), 2);
        assert_eq!(*cached.get(|_| true, async { Ok(3) }).await.expect("it is known"), 2);
        assert_eq!(*cached.get(|_| false, async { Ok(4) }).await.expect("it was just read"), 2);
        tokio::time::advance(RETRY_AFTER).await;
        assert_eq!(*cached.get(|_| false, async { Ok(5) }).await.expect("it is read"), 5);
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(*cached.get(|_| true, async { failing() }).await.expect("it stays"), 5);
    }
}
