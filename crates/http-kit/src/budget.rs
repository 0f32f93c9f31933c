//! What all callers share, and the most of it that one address gets.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::client_address::ClientAddress;

/// So that requests on several processors seldom meet at one lock.
const SHARDS: usize = 16;

/// So many shares, of which each address gets a few. An address is remembered while it holds one, so the memory is
/// bounded by the shares.
pub(crate) struct Budget {
    max: usize,
    per_address: usize,
    taken: AtomicUsize,
    hasher: RandomState,
    by_address: [Mutex<HashMap<ClientAddress, usize>>; SHARDS],
}

/// Why there was no share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exhausted {
    /// The address has all that one may have; others are served.
    Address,
    Whole,
}

/// Given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    budget: Arc<Budget>,
    address: Option<ClientAddress>,
}

impl Budget {
    pub(crate) fn new(max: usize, per_address: usize) -> Arc<Self> {
        Arc::new(Self {
            max,
            per_address,
            taken: AtomicUsize::new(0),
            hasher: RandomState::new(),
            by_address: Default::default(),
        })
    }

    /// Without an address only the whole is counted.
    pub(crate) fn take(self: &Arc<Self>, address: Option<ClientAddress>) -> Result<Share, Exhausted> {
        if let Some(address) = address {
            let mut shard = self.shard(address);
            let held = shard.entry(address).or_default();
            if *held >= self.per_address {
                return Err(Exhausted::Address);
            }
            *held += 1;
        }
        // Behind the address's own bound, and given back with it where the whole has no room.
        let share = Share { budget: Arc::clone(self), address };
        if self.taken.fetch_add(1, Ordering::Relaxed) >= self.max {
            return Err(Exhausted::Whole);
        }
        Ok(share)
    }

    /// Whether a share could be had; another one may be faster.
    pub(crate) fn has_room(&self, address: Option<ClientAddress>) -> Result<(), Exhausted> {
        let of_address = address.and_then(|address| self.shard(address).get(&address).copied());
        if of_address.is_some_and(|held| held >= self.per_address) {
            return Err(Exhausted::Address);
        }
        if self.taken.load(Ordering::Relaxed) >= self.max { Err(Exhausted::Whole) } else { Ok(()) }
    }

    pub(crate) fn per_address(&self) -> usize {
        self.per_address
    }

    fn shard(&self, address: ClientAddress) -> MutexGuard<'_, HashMap<ClientAddress, usize>> {
        // The remainder is below the number of shards; truncating a hash loses nothing.
        let index = self.hasher.hash_one(address) as usize % SHARDS;
        self.by_address[index].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.taken.fetch_sub(1, Ordering::Relaxed);
        let Some(address) = self.address else { return };
        let mut shard = self.budget.shard(address);
        if let Some(held) = shard.get_mut(&address) {
            *held -= 1;
            if *held == 0 {
                shard.remove(&address);
            }
        }
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Budget")
            .field("max", &self.max)
            .field("per_address", &self.per_address)
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
        budget.by_address.iter().map(|shard| shard.lock().expect("nothing panics here").len()).sum()
    }

    #[test]
    fn one_address_cannot_take_it_all() {
        let budget = Budget::new(5, 2);
        let greedy = address("192.0.2.7");
        let held = [budget.take(greedy).expect("its first"), budget.take(greedy).expect("its second")];
        assert_eq!(budget.take(greedy).expect_err("a third"), Exhausted::Address);
        assert_eq!(budget.has_room(greedy), Err(Exhausted::Address));
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
