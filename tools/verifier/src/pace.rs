//! How fast the log is folded and rows are compared.

use std::num::NonZeroU32;
use std::time::Duration;

/// Events that are taken at once.
const BATCH_MAX: usize = 2_000;

/// How fast events are folded and rows are compared.
#[derive(Debug, Clone, Copy, Default)]
pub enum Pace {
    #[default]
    Full,
    /// So many of either per second at most, so that everybody else comes first.
    PerSecond(NonZeroU32),
}

impl Pace {
    /// What may be done before the next [`Pace::rest`].
    pub(crate) fn chunk(self) -> usize {
        match self {
            Self::Full => BATCH_MAX,
            // A tenth of a second's worth, so that the load is even.
            Self::PerSecond(rate) => (rate.get() as usize / 10).clamp(1, BATCH_MAX),
        }
    }

    /// Waits as long as so many take.
    pub(crate) async fn rest(self, done: usize) {
        if let Self::PerSecond(rate) = self {
            // A chunk is far below what a float holds exactly.
            let seconds = f64::from(u32::try_from(done).unwrap_or(u32::MAX)) / f64::from(rate.get());
            tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
        }
    }
}
