//! Whether events that were not tried yet are tried.
//!
//! Where the events of so many accounts fail at the same time, it may be the receiver that fails. Then only one other is
//! tried now and then: if it gets through, it was the events, and all others go on; else the next one waits longer. So an
//! outage parks few, and accounts whose events always fail hold up nobody else.

use std::time::Duration;

use tokio::time::Instant;

use super::Key;

/// Accounts whose events fail, at a time.
const FAILING_MAX: usize = 8;
/// Between two events that are tried in an outage: doubled from one to the next.
const PROBE_MIN: Duration = Duration::from_secs(1);
const PROBE_MAX: Duration = Duration::from_secs(60);

#[derive(Debug, Default)]
pub(super) struct Gate {
    /// The last try failed; of those before only how long the next probe waits.
    outage: Option<Outage>,
}

#[derive(Debug)]
struct Outage {
    /// Which is under way.
    probe: Option<Key>,
    next_at: Instant,
    pause: Duration,
}

impl Gate {
    /// `failing`: accounts whose first event was tried in vain.
    pub(super) fn is_open(&self, failing: usize, now: Instant) -> bool {
        failing < FAILING_MAX
            || self.outage.as_ref().is_none_or(|outage| outage.probe.is_none() && outage.next_at <= now)
    }

    /// When another one may be tried; `None`: that is known once something ends.
    pub(super) fn opens_at(&self, failing: usize) -> Option<Instant> {
        let outage = self.outage.as_ref().filter(|_| failing >= FAILING_MAX)?;
        outage.probe.is_none().then_some(outage.next_at)
    }

    /// An event is tried for the first time.
    pub(super) fn lets_through(&mut self, key: Key) {
        if let Some(outage) = &mut self.outage {
            outage.probe = Some(key);
        }
    }

    pub(super) fn succeeded(&mut self) {
        self.outage = None;
    }

    pub(super) fn failed(&mut self, key: Key, now: Instant) {
        let outage = self.outage.get_or_insert(Outage { probe: None, next_at: now, pause: PROBE_MIN });
        if outage.probe == Some(key) {
            outage.probe = None;
            outage.next_at = now + outage.pause;
            outage.pause = (outage.pause * 2).min(PROBE_MAX);
        }
    }

    /// What was under way is no try.
    pub(super) fn forget(&mut self, key: Key) {
        if let Some(outage) = self.outage.as_mut().filter(|outage| outage.probe == Some(key)) {
            outage.probe = None;
        }
    }
}
