//! How many of something each holder has at the same time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// Gives each holder a few of what all share. Clones share the count, which has an entry per holder of a share.
#[derive(Debug)]
pub struct Shares<K> {
    held: Arc<Mutex<HashMap<K, usize>>>,
    each_max: usize,
}

/// One of them, given back when it is dropped.
#[derive(Debug)]
pub struct Share<K: Hash + Eq> {
    held: Arc<Mutex<HashMap<K, usize>>>,
    holder: K,
}

impl<K> Clone for Shares<K> {
    fn clone(&self) -> Self {
        Self { held: Arc::clone(&self.held), each_max: self.each_max }
    }
}

impl<K: Hash + Eq + Copy> Shares<K> {
    #[must_use]
    pub fn new(each_max: usize) -> Self {
        Self { held: Arc::default(), each_max }
    }

    /// `None` where the holder has all that one holder may have.
    #[must_use]
    pub fn take(&self, holder: K) -> Option<Share<K>> {
        // A map is whole after every one of its operations.
        let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let held = all.entry(holder).or_default();
        if *held >= self.each_max {
            if *held == 0 {
                all.remove(&holder);
            }
            return None;
        }
        *held += 1;
        drop(all);
        Some(Share { held: Arc::clone(&self.held), holder })
    }
}

impl<K: Hash + Eq> Drop for Share<K> {
    fn drop(&mut self) {
        let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(held) = all.get_mut(&self.holder) else { return };
        *held -= 1;
        if *held == 0 {
            all.remove(&self.holder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_that_is_given_back_can_be_taken_again() {
        let shares = Shares::new(2);
        let (first, second) = (shares.take(1), shares.take(1));
        assert!(first.is_some() && second.is_some() && shares.take(1).is_none());
        assert!(shares.take(2).is_some(), "somebody else's");
        drop(first);
        assert!(shares.take(1).is_some());
        drop(second);
        assert!(shares.held.lock().expect("nothing panicked").is_empty(), "who holds nothing takes no room");
    }
}
