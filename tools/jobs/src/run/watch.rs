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
}

/// The claim and beat of an entry whose runner is dead.
pub(super) fn dead(last: &mut LastBeat, entry: &Entry, lease: Duration) -> Option<(Uuid, u64)> {
    let dead = last.dead(entry.claim, entry.beat, lease.max(Duration::from_secs(entry.lease_seconds)));
    dead.or_else(|| planted("lease-ignored").then_some((entry.claim, entry.beat)))
}
