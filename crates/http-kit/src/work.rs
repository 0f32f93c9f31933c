//! A request's part of the work in flight.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Counts a request among those that the server works on. In the request's extensions; clones share it.
///
/// Without the standard layer nothing is counted.
#[derive(Debug, Clone, Default)]
pub struct WorkPermit(Option<Arc<Held>>);

#[derive(Debug)]
struct Held {
    all: Arc<Semaphore>,
    permit: Mutex<Option<OwnedSemaphorePermit>>,
}

impl WorkPermit {
    /// `None` where the server has all the work that it can take.
    pub(crate) fn take(all: &Arc<Semaphore>) -> Option<Self> {
        let permit = Arc::clone(all).try_acquire_owned().ok()?;
        let (all, permit) = (Arc::clone(all), Mutex::new(Some(permit)));
        Some(Self(Some(Arc::new(Held { all, permit }))))
    }

    /// Leaves the place to others while the request only waits. Where all places are taken afterwards, it goes on
    /// without one: it was let in, and whoever lets requests wait bounds their number.
    pub async fn lend<F: Future>(&self, waiting: F) -> F::Output {
        let Some(held) = &self.0 else { return waiting.await };
        drop(held.swap(None));
        let output = waiting.await;
        held.swap(Arc::clone(&held.all).try_acquire_owned().ok());
        output
    }
}

impl Held {
    fn swap(&self, permit: Option<OwnedSemaphorePermit>) -> Option<OwnedSemaphorePermit> {
        std::mem::replace(&mut *self.permit.lock().unwrap_or_else(PoisonError::into_inner), permit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_waits_leaves_the_place_to_others() {
        let all = Arc::new(Semaphore::new(1));
        let permit = WorkPermit::take(&all).expect("there is place");
        assert!(WorkPermit::take(&all).is_none());
        permit.lend(async { assert_eq!(all.available_permits(), 1) }).await;
        assert_eq!(all.available_permits(), 0, "and takes it again");
        drop(permit);
        assert_eq!(all.available_permits(), 1);
    }
}
