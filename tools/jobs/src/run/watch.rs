//! Whether the runner of somebody else's window is dead.

use std::time::Duration;

use event_store::buckets::LastBeat;
use fail_points::planted;
use uuid::Uuid;

use crate::ledger::Entry;

/// The newest beats of somebody else's windows: the one that is looked at, and the one that holds the job's lock.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub(super) own: LastBeat,
    pub(super) lock: LastBeat,
    /// The last claim of this process, of which nothing is under way any more.
    pub(super) claimed: Option<Uuid>,
}

impl Watch {
    /// The claim and beat of a window that nobody works for: its runner is dead, or is this one and lost sight of it.
    pub(super) fn dead(&mut self, entry: &Entry, lease: Duration) -> Option<(Uuid, u64)> {
        if self.claimed == Some(entry.claim) {
            return Some((entry.claim, entry.beat));
        }
        dead(&mut self.own, entry, lease)
    }
}

/// The claim and beat of an entry whose runner is dead.
pub(super) fn dead(last: &mut LastBeat, entry: &Entry, lease: Duration) -> Option<(Uuid, u64)> {
    let dead = last.dead(entry.claim, entry.beat, lease.max(Duration::from_secs(entry.lease_seconds)));
    // In their first try: with the pauses before further ones the runners would come to none.
    dead.or_else(|| (planted("lease-ignored") && entry.tries == 1).then_some((entry.claim, entry.beat)))
}
