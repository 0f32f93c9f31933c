//! Leases on entries, as those measure them who wait: on their own monotonic clock, from the moment at which they first
//! saw a beat. So no two clocks are compared.

use std::time::{Duration, Instant};

use uuid::Uuid;

/// A claim, its newest beat, and since when that is the newest.
#[derive(Debug, Default)]
pub struct LastBeat(Option<(Uuid, u64, Instant)>);

impl LastBeat {
    /// The claim and beat that were read, once no other were for a lease: whoever wrote them is dead.
    pub fn dead(&mut self, claim: Uuid, beat: u64, lease: Duration) -> Option<(Uuid, u64)> {
        match self.0 {
            Some((seen, at, since)) if (seen, at) == (claim, beat) => {
                (since.elapsed() >= lease).then_some((claim, beat))
            }
            _ => {
                self.0 = Some((claim, beat, Instant::now()));
                None
            }
        }
    }
}
