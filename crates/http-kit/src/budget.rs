//! What all callers share, and the most of it that one address, or one account, gets.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::client_address::ClientAddress;

/// So that requests on several processors seldom meet at one lock.
const SHARDS: usize = 16;

/// So many shares, of which each holder gets a few. A holder is remembered while it holds one, so the memory is bounded
/// by the shares.
pub struct Budget<K = ClientAddress> {
    max: usize,
    each_max: usize,
    taken: AtomicUsize,
    hasher: RandomState,
    held: [Mutex<HashMap<K, usize>>; SHARDS],
}

/// Why there was no share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exhausted {
    /// The holder has all that one may have; others are served.
    Holder,
    Whole,
}

/// Given back when it is dropped.
#[derive(Debug)]
pub struct Share<K: Hash + Eq = ClientAddress> {
    budget: Arc<Budget<K>>,
    holder: Option<K>,
}

impl<K: Hash + Eq> Budget<K> {
    #[must_use]
    pub fn new(max: usize, each_max: usize) -> Arc<Self> {
        Arc::new(Self {
            max,
            each_max,
            taken: AtomicUsize::new(0),
            hasher: RandomState::new(),
            held: Default::default(),
        })
    }

    /// Without a holder only the whole is counted.
    ///
    /// # Errors
    /// Where there is no share left for it.
    pub fn take(self: &Arc<Self>, holder: Option<K>) -> Result<Share<K>, Exhausted>
    where
        K: Copy,
    {
        if let Some(holder) = holder {
            let mut shard = self.shard(&holder);
            let held = shard.entry(holder).or_default();
            if *held >= self.each_max {
                return Err(Exhausted::Holder);
            }
            *held += 1;
        }
        // Behind the holder's own bound, and given back with it where the whole has no room.
        let share = Share { budget: Arc::clone(self), holder };
        if self.taken.fetch_add(1, Ordering::Relaxed) >= self.max {
            return Err(Exhausted::Whole);
        }
        Ok(share)
    }

    /// Whether a share could be had; another one may be faster.
    pub(crate) fn has_room(&self, holder: Option<K>) -> Result<(), Exhausted> {
        let held = holder.and_then(|holder| self.shard(&holder).get(&holder).copied());
        if held.is_some_and(|held| held >= self.each_max) {
            return Err(Exhausted::Holder);
        }
        if self.taken.load(Ordering::Relaxed) >= self.max { Err(Exhausted::Whole) } else { Ok(()) }
    }

    pub(crate) fn each_max(&self) -> usize {
        self.each_max
    }

    fn shard(&self, holder: &K) -> MutexGuard<'_, HashMap<K, usize>> {
        // The remainder is below the number of shards; truncating a hash loses nothing.
        let index = self.hasher.hash_one(holder) as usize % SHARDS;
        self.held[index].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Hash + Eq> Drop for Share<K> {
    fn drop(&mut self) {
        self.budget.taken.fetch_sub(1, Ordering::Relaxed);
        let Some(holder) = &self.holder else { return };
        let mut shard = self.budget.shard(holder);
        if let Some(held) = shard.get_mut(holder) {
            *held -= 1;
            if *held == 0 {
                shard.remove(holder);
            }
        }
    }
}

impl<K> fmt::Debug for Budget<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Budget")
            .field("max", &self.max)
            .field("each_max", &self.each_max)
            .field("taken", &self.taken)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<ClientAddress> {
        Some(ClientAddress::of(text.parse().expect("it is an address")))
    }

    fn remembered(budget: &Budget) -> usize {
        budget.held.iter().map(|shard| shard.lock().expect("nothing panics here").len()).sum()
    }

    #[test]
    fn one_address_cannot_take_it_all() {
        let budget = Budget::new(5, 2);
        let greedy = address("192.0.2.7");
        let held = [budget.take(greedy).expect("its first"), budget.take(greedy).expect("its second")];
        assert_eq!(budget.take(greedy).expect_err("a third"), Exhausted::Holder);
        assert_eq!(budget.has_room(greedy), Err(Exhausted::Holder));
        let other = budget.take(address("192.0.2.8")).expect("another address has its own");
        drop(held);
        assert!(budget.take(greedy).is_ok(), "what it gives back it may have again");
        drop(other);
        assert_eq!(remembered(&budget), 0, "nobody holds anything");
    }

    #[test]
    fn all_together_get_no_more_than_the_whole() {
        let budget = Budget::new(2, 2);
        let one = budget.take(address("192.0.2.7")).expect("there is room");
        let _two = budget.take(None).expect("there is room");
        assert_eq!(budget.take(address("192.0.2.8")).expect_err("a third"), Exhausted::Whole);
        assert_eq!(budget.has_room(address("192.0.2.8")), Err(Exhausted::Whole));
        assert_eq!(remembered(&budget), 1, "a refusal is not remembered");
        drop(one);
        assert!(budget.take(address("192.0.2.8")).is_ok());
    }
}
