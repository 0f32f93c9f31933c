//! Who reads further back than memory, at a time: so many in all, and a part of them for an account.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use http_kit::Limits;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

/// No account has more than one place in so many, but each has one.
const ACCOUNTS_MIN: usize = 4;

#[derive(Debug)]
pub(crate) struct Readings {
    all: Arc<Semaphore>,
    each_max: usize,
    /// Of the accounts that read or wait.
    each: Mutex<HashMap<i64, Weak<Semaphore>>>,
}

/// A place, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Reading {
    _of_all: OwnedSemaphorePermit,
    _of_account: OwnedSemaphorePermit,
}

impl Readings {
    pub(crate) fn new(max: usize, limits: &Limits) -> Self {
        let each_max = limits.each((max / ACCOUNTS_MIN).max(1)).min(max);
        Self { all: Arc::new(Semaphore::new(max)), each_max, each: Mutex::default() }
    }

    /// Waits for the account's others first, so that no more of them than may read stand in the way of other accounts.
    pub(crate) async fn enter(&self, account: i64) -> Result<Reading, AcquireError> {
        let of_account = self.of(account).acquire_owned().await?;
        let of_all = Arc::clone(&self.all).acquire_owned().await?;
        Ok(Reading { _of_all: of_all, _of_account: of_account })
    }

    fn of(&self, account: i64) -> Arc<Semaphore> {
        // A map is whole after every step.
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(places) = each.get(&account).and_then(Weak::upgrade) {
            return places;
        }
        each.retain(|_, places| places.strong_count() > 0);
        let places = Arc::new(Semaphore::new(self.each_max));
        each.insert(account, Arc::downgrade(&places));
        places
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn an_account_has_a_quarter_of_the_places_and_at_least_one() {
        for (max, each_max) in [(1, 1), (4, 1), (7, 1), (8, 2)] {
            assert_eq!(Readings::new(max, &Limits::default()).each_max, each_max, "{max}");
        }
    }

    #[test]
    fn who_waits_for_its_own_keeps_no_other_account_waiting() {
        let readings = Readings::new(2, &Limits::default());
        let first = readings.enter(7).now_or_never().expect("there is room").expect("it is open");
        let mut second = Box::pin(readings.enter(7));
        assert!(second.as_mut().now_or_never().is_none(), "one at a time");
        let other = readings.enter(8).now_or_never().expect("there is room").expect("it is open");
        assert!(readings.enter(9).now_or_never().is_none(), "all places are taken");
        drop(first);
        let second = second.now_or_never().expect("there is room").expect("it is open");
        drop((second, other));
        drop(readings.enter(10).now_or_never().expect("there is room"));
        assert_eq!(readings.each.lock().expect("nothing panics here").len(), 1, "nobody else is remembered");
    }
}
