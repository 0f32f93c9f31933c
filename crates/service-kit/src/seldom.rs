//! Lines of the log that somebody from outside could write as often as they like.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Lets one line pass per period and counts the others, so that a flood of requests is no flood of lines.
#[derive(Debug)]
pub struct Seldom {
    period: Duration,
    last: Mutex<Option<Instant>>,
    held_back: AtomicU64,
}

impl Seldom {
    #[must_use]
    pub const fn new(period: Duration) -> Self {
        Self { period, last: Mutex::new(None), held_back: AtomicU64::new(0) }
    }

    /// How many lines were held back since the last one, when it is time for one; `None` holds this one back, too.
    pub fn due(&self) -> Option<u64> {
        let now = Instant::now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|last| now.duration_since(last) < self.period) {
            self.held_back.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        *last = Some(now);
        Some(self.held_back.swap(0, Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_one_line_and_a_number() {
        let hourly = Seldom::new(Duration::from_secs(3_600));
        assert_eq!(hourly.due(), Some(0));
        for _ in 0..1_000 {
            assert_eq!(hourly.due(), None);
        }
        let always = Seldom::new(Duration::ZERO);
        assert_eq!((always.due(), always.due()), (Some(0), Some(0)));
        hourly.last.lock().expect("nothing panics here").take();
        assert_eq!(hourly.due(), Some(1_000), "those that were held back are told");
    }
}
