//! A request's part of the work in flight.

use std::sync::{Arc, Mutex, PoisonError};

use crate::budget::{Budget, Share};
use crate::client_address::ClientAddress;

/// Counts a request among those that the server works on, or whose bodies are on their way. In the request's
/// extensions; clones share it. Without the standard layer nothing is counted.
#[derive(Debug, Clone, Default)]
pub struct WorkPermit(Option<Arc<Held>>);

#[derive(Debug)]
struct Held {
    in_flight: Arc<Budget>,
    address: Option<ClientAddress>,
    share: Mutex<Option<Share>>,
}

impl WorkPermit {
    pub(crate) fn new(in_flight: &Arc<Budget>, address: Option<ClientAddress>, share: Share) -> Self {
        let (in_flight, share) = (Arc::clone(in_flight), Mutex::new(Some(share)));
        Self(Some(Arc::new(Held { in_flight, address, share })))
    }

    /// The body is there. Where all places at work are taken by now, the request keeps the one that it has: it was let
    /// in, and both are bounded.
    pub(crate) fn has_arrived(&self) {
        let Some(held) = &self.0 else { return };
        let mut share = held.share.lock().unwrap_or_else(PoisonError::into_inner);
        if share.is_some()
            && let Ok(at_work) = held.in_flight.take(held.address)
        {
            *share = Some(at_work);
        }
    }

    pub(crate) fn give_back(&self) {
        let Some(held) = &self.0 else { return };
        drop(held.replace(None));
    }

    /// Leaves the place to others while the request only waits. Where all places are taken afterwards, it goes on
    /// without one: it was let in, and whoever lets requests wait bounds their number.
    pub async fn lend<F: Future>(&self, waiting: F) -> F::Output {
        let Some(held) = &self.0 else { return waiting.await };
        drop(held.replace(None));
        let output = waiting.await;
        held.replace(held.in_flight.take(held.address).ok());
        output
    }
}

impl Held {
    fn replace(&self, share: Option<Share>) -> Option<Share> {
        std::mem::replace(&mut *self.share.lock().unwrap_or_else(PoisonError::into_inner), share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_waits_leaves_the_place_to_others() {
        let in_flight = Budget::new(1, 1);
        let share = in_flight.take(None).expect("there is room");
        let permit = WorkPermit::new(&in_flight, None, share);
        assert!(in_flight.has_room(None).is_err());
        permit.lend(async { assert!(in_flight.has_room(None).is_ok()) }).await;
        assert!(in_flight.has_room(None).is_err(), "and takes it again");
        permit.give_back();
        assert!(in_flight.has_room(None).is_ok());
    }
}
