//! Decisions about accounts that passed in the log and were not heeded yet.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::Sequence;
use tokio::sync::Notify;

/// Beyond them the oldest are forgotten; the tokens that they would have made void expire within the hour. Moderators are
/// few, and each decides a few times a minute at most.
const DECISIONS_MAX: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Decisions {
    waiting: Mutex<BTreeSet<Sequence>>,
    added: Notify,
}

impl Decisions {
    pub(super) fn add(&self, decision: Sequence) {
        let mut waiting = self.waiting();
        waiting.insert(decision);
        if waiting.len() > DECISIONS_MAX {
            waiting.pop_first();
        }
        drop(waiting);
        self.added.notify_one();
    }

    /// For one who asks at a time.
    pub(super) async fn first(&self) -> Sequence {
        loop {
            let added = self.added.notified();
            let first = self.waiting().first().copied();
            if let Some(first) = first {
                return first;
            }
            added.await;
        }
    }

    pub(super) fn remove(&self, decision: Sequence) {
        self.waiting().remove(&decision);
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeSet<Sequence>> {
        // Every change is a single one.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sequence(value: u64) -> Sequence {
        Sequence::new(value).expect("the tests use small ones")
    }

    #[tokio::test]
    async fn decisions_come_in_order_until_they_were_heeded() {
        let decisions = std::sync::Arc::new(Decisions::default());
        let waiting = std::sync::Arc::clone(&decisions);
        let first = tokio::spawn(async move { waiting.first().await });
        decisions.add(sequence(7));
        assert_eq!(first.await.expect("it does not panic"), sequence(7));
        decisions.add(sequence(3));
        decisions.add(sequence(7));
        assert_eq!(decisions.first().await, sequence(3), "whoever died before it was heeded asks again");
        decisions.remove(sequence(3));
        assert_eq!(decisions.first().await, sequence(7));
        decisions.remove(sequence(7));
        assert!(decisions.waiting().is_empty());
    }

    #[test]
    fn there_is_room_for_so_many() {
        let decisions = Decisions::default();
        for value in 1..=DECISIONS_MAX as u64 + 5 {
            decisions.add(sequence(value));
        }
        assert_eq!(decisions.waiting().len(), DECISIONS_MAX);
        assert_eq!(decisions.waiting().first(), Some(&sequence(6)));
    }
}
