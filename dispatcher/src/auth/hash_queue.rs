//! Who may hash, and who waits for it.
//!
//! A hash takes 19 MiB and tens of milliseconds of a processor on purpose. Without a bound a few hundred log-ins at
//! once would take the memory and all the processors from everything else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use api_types::codes;
use http_kit::{ApiProblem, ClientAddress};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// One address takes at most one place of so many.
const SHARE_OF_ADDRESS: usize = 4;

/// Places for those who hash and those who wait, some of which belong to one kind of request alone.
#[derive(Debug)]
pub(crate) struct HashQueue {
    /// Everybody who hashes or waits.
    places: Arc<Semaphore>,
    /// Those who hash.
    hashing: Arc<Semaphore>,
    by_address: Arc<Mutex<ByAddress>>,
    per_address_max: usize,
}

/// As many entries as there are places at most.
type ByAddress = HashMap<ClientAddress, usize>;

/// The right to hash once.
#[derive(Debug)]
pub(crate) struct HashPermit {
    admission: Admission,
    hashing: Arc<Semaphore>,
}

#[derive(Debug)]
struct Admission {
    _place: OwnedSemaphorePermit,
    address: Option<(ClientAddress, Arc<Mutex<ByAddress>>)>,
}

impl HashQueue {
    pub(super) fn new(hashing: usize, waiting: usize) -> Self {
        let places = hashing + waiting;
        Self {
            places: Arc::new(Semaphore::new(places)),
            hashing: Arc::new(Semaphore::new(hashing)),
            by_address: Arc::default(),
            per_address_max: (places / SHARE_OF_ADDRESS).max(1),
        }
    }

    /// For a caller at an address; `None` for a caller in this process.
    ///
    /// # Errors
    /// `overloaded` when too many wait already, `rate-limited` when too many of this address do.
    pub(crate) fn admit(&self, address: Option<ClientAddress>) -> Result<HashPermit, ApiProblem> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_full| ApiProblem::new(codes::OVERLOADED))?;
        if let Some(address) = address {
            let mut by_address = lock(&self.by_address);
            let count = by_address.entry(address).or_default();
            if *count >= self.per_address_max {
                return Err(ApiProblem::new(codes::RATE_LIMITED)
                    .detail("Too many requests of this address wait for a password to be hashed.")
                    .retry_after_seconds(1));
            }
            *count += 1;
        }
        let address = address.map(|address| (address, Arc::clone(&self.by_address)));
        Ok(HashPermit { admission: Admission { _place: place, address }, hashing: Arc::clone(&self.hashing) })
    }
}

impl HashPermit {
    /// Waits for its turn, and does the work on a thread that may be held up.
    pub(super) async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce() -> Result<T, ApiProblem> + Send + 'static,
    ) -> Result<T, ApiProblem> {
        let hashing = self.hashing.acquire_owned().await.map_err(ApiProblem::internal)?;
        let admission = self.admission;
        let task = tokio::task::spawn_blocking(move || {
            // Held until the work is done, whether or not the caller still waits for it.
            let _held = (admission, hashing);
            work()
        });
        task.await.map_err(ApiProblem::internal)?
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        let Some((address, by_address)) = self.address.take() else { return };
        let mut by_address = lock(&by_address);
        let Some(count) = by_address.get_mut(&address) else { return };
        *count -= 1;
        if *count == 0 {
            by_address.remove(&address);
        }
    }
}

fn lock(by_address: &Mutex<ByAddress>) -> MutexGuard<'_, ByAddress> {
    // Every change above is a single one.
    by_address.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn address(last: u8) -> Option<ClientAddress> {
        Some(ClientAddress::of(Ipv4Addr::new(192, 0, 2, last).into()))
    }

    #[tokio::test]
    async fn more_than_may_wait_are_refused() {
        let queue = HashQueue::new(1, 1);
        let permits = [queue.admit(None), queue.admit(None)];
        assert!(permits.iter().all(Result::is_ok));
        let refusal = queue.admit(None).expect_err("two are there");
        assert_eq!(refusal.code(), "overloaded");
        drop(permits);
        assert!(queue.admit(None).is_ok());
    }

    #[tokio::test]
    async fn one_address_has_a_quarter_of_the_places() {
        let queue = HashQueue::new(2, 6);
        let greedy = [queue.admit(address(1)), queue.admit(address(1))];
        assert!(greedy.iter().all(Result::is_ok));
        for _ in 0..20 {
            assert_eq!(queue.admit(address(1)).expect_err("its share is used up").code(), "rate-limited");
        }
        let others: Vec<_> = (2..8).map(|last| queue.admit(address(last))).collect();
        assert!(others.iter().all(Result::is_ok), "a refusal takes no place");
        assert_eq!(queue.admit(address(9)).expect_err("it is full").code(), "overloaded");
        drop(greedy);
        assert!(queue.admit(address(1)).is_ok());
        drop(others);
        assert!(lock(&queue.by_address).is_empty(), "nothing is remembered of those who left");
    }
}
