//! Where the budgets lie: one number per holder, when its budget is whole again. Bounded.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use governor::nanos::Nanos;
use governor::state::StateStore;

/// Holders that are remembered at a time, over all actions: some 10 MB.
pub(crate) const CELLS_MAX: usize = 1 << 17;
const SHARDS: usize = 16;

/// Clones share the cells.
///
/// What is full forgets the half of its holders whose budgets are whole again first, and they begin afresh. So nobody
/// is refused for what others did, however many addresses they have; and who has more addresses than there are cells
/// gains no more from it than from using each of them once.
#[derive(Debug)]
pub(crate) struct Cells<K>(Arc<Inner<K>>);

#[derive(Debug)]
struct Inner<K> {
    /// Keyed by chance: callers choose their addresses.
    hasher: RandomState,
    shards: [Mutex<HashMap<K, Nanos>>; SHARDS],
    each_max: usize,
}

impl<K> Clone for Cells<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Hash + Eq + Copy> Cells<K> {
    pub(crate) fn new(cells_max: usize) -> Self {
        let shards = std::array::from_fn(|_| Mutex::default());
        let each_max = (cells_max / SHARDS).max(1);
        Self(Arc::new(Inner { hasher: RandomState::new(), shards, each_max }))
    }

    fn shard(&self, key: &K) -> &Mutex<HashMap<K, Nanos>> {
        let hash = self.0.hasher.hash_one(key);
        // The remainder is below the number of shards.
        &self.0.shards[usize::try_from(hash % SHARDS as u64).unwrap_or_default()]
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.0.shards.iter().map(|shard| shard.lock().map_or(0, |cells| cells.len())).sum()
    }
}

impl<K: Hash + Eq + Copy> StateStore for Cells<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        // A map is whole after every one of its operations.
        let mut cells = self.shard(key).lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cell) = cells.get_mut(key) {
            let (outcome, next) = decide(Some(*cell))?;
            *cell = next;
            return Ok(outcome);
        }
        let (outcome, next) = decide(None)?;
        if cells.len() >= self.0.each_max {
            forget_half(&mut cells);
        }
        cells.insert(*key, next);
        Ok(outcome)
    }
}

fn forget_half<K: Hash + Eq>(cells: &mut HashMap<K, Nanos>) {
    let mut times: Vec<u64> = cells.values().map(|cell| cell.as_u64()).collect();
    let middle = times.len() / 2;
    // There is at least one: only what is full comes here.
    let (_, median, _) = times.select_nth_unstable(middle);
    let (before, median) = (cells.len(), *median);
    cells.retain(|_, cell| cell.as_u64() > median);
    metrics::counter!("http_rate_cells_forgotten_total").increment((before - cells.len()) as u64);
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;
    use governor::middleware::NoOpMiddleware;
    use governor::{Quota, RateLimiter};

    use super::*;

    type Limiter = RateLimiter<u32, Cells<u32>, FakeRelativeClock, NoOpMiddleware<Nanos>>;

    fn limiter(cells: &Cells<u32>, burst: u32) -> Limiter {
        let burst = burst.try_into().expect("it is not zero");
        RateLimiter::new(Quota::per_hour(burst), cells.clone(), FakeRelativeClock::default())
    }

    #[test]
    fn many_holders_take_no_more_than_the_bound() {
        let cells = Cells::new(1_024);
        let limiter = limiter(&cells, 5);
        for holder in 0..100_000 {
            assert_eq!(limiter.check_key(&holder), Ok(()), "nobody is refused for what others did");
        }
        assert!(cells.len() <= 1_024, "{}", cells.len());
    }

    /// Those who used the most are forgotten last.
    #[test]
    fn who_is_refused_stays_refused_while_others_come() {
        let cells = Cells::new(1_024);
        let limiter = limiter(&cells, 5);
        for _ in 0..5 {
            assert_eq!(limiter.check_key(&u32::MAX), Ok(()));
        }
        for holder in 0..100_000 {
            assert_eq!(limiter.check_key(&holder), Ok(()));
        }
        assert!(limiter.check_key(&u32::MAX).is_err(), "a crowd of addresses buys no fresh budget");
    }
}
