//! Whether the runner of somebody else's window is dead.

use std::time::{Duration, Instant};

use fail_points::planted;
use uuid::Uuid;

use crate::ledger::Entry;

/// The newest beats of somebody else's windows: the one that is looked at, and the one that holds the job's lock.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub(super) own: LastBeat,
    pub(super) lock: LastBeat,
}

/// A claim, its newest beat, and since when that is the newest.
#[derive(Debug, Default)]
pub(super) struct LastBeat(Option<(Uuid, u64, Instant)>);

impl LastBeat {
    /// The claim and beat of an entry whose runner is dead.
    pub(super) fn dead(&mut self, entry: &Entry, lease: Duration) -> Option<(Uuid, u64)> {
        let (claim, beat) = (entry.claim, entry.beat);
        match self.0 {
            Some((seen, at, since)) if (seen, at) == (claim, beat) => {
                let lease = lease.max(Duration::from_secs(entry.lease_seconds));
                (since.elapsed() >= lease || planted("lease-ignored")).then_some((claim, beat))
            }
            _ => {
                self.0 = Some((claim, beat, Instant::now()));
                None
            }
        }
    }
}
