//! The wall clock, whose jumps are noticed.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// Jumps below it are no harm.
const JUMP_MIN: SignedDuration = SignedDuration::from_secs(2);
/// A clock that is corrected slowly gains or loses less than one second in so many.
const SLEW: u32 = 1_000;
/// For how long no window is started after a jump: what was set by mistake is often set back.
const JUMP_PAUSE: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(crate) struct WallClock {
    last: Option<(Timestamp, Instant)>,
    paused_until: Option<Instant>,
}

impl WallClock {
    pub(crate) fn new() -> Self {
        Self { last: None, paused_until: None }
    }

    /// The time; `None` for a while after a jump.
    pub(crate) fn now(&mut self) -> Option<Timestamp> {
        self.look(Timestamp::now(), Instant::now())
    }

    fn look(&mut self, wall: Timestamp, monotonic: Instant) -> Option<Timestamp> {
        if let Some((last_wall, last_monotonic)) = self.last.replace((wall, monotonic)) {
            let elapsed = monotonic.saturating_duration_since(last_monotonic);
            let jump = wall.duration_since(last_wall)
                - SignedDuration::try_from(elapsed).unwrap_or(SignedDuration::MAX);
            if jump.abs() > JUMP_MIN + SignedDuration::try_from(elapsed / SLEW).unwrap_or(SignedDuration::MAX)
            {
                tracing::warn!(
                    seconds = jump.as_secs(),
                    "the wall clock jumped; no window is started for a while"
                );
                metrics::counter!("jobs_clock_jumps_total").increment(1);
                self.paused_until = Some(monotonic + JUMP_PAUSE);
            }
        }
        if self.paused_until.is_some_and(|until| monotonic < until) {
            return None;
        }
        self.paused_until = None;
        Some(wall)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_jumps_starts_nothing_for_a_while() {
        let (wall, began) = (Timestamp::UNIX_EPOCH, Instant::now());
        for jump in [-3_600, 3_600] {
            let mut clock = WallClock::new();
            let mut look = |wall_seconds: i64, seconds: u64| {
                clock.look(
                    wall + SignedDuration::from_secs(wall_seconds),
                    began + Duration::from_secs(seconds),
                )
            };
            assert!(look(0, 0).is_some());
            assert!(look(1, 1).is_some());
            assert!(look(2 + jump, 2).is_none(), "it is noticed");
            assert!(look(11 + jump, 11).is_none());
            assert!(look(12 + jump, 12).is_some(), "and believed in the end");
        }
    }

    #[test]
    fn a_clock_that_is_set_back_after_a_mistake_never_said_the_wrong_time() {
        let (wall, began) = (Timestamp::UNIX_EPOCH, Instant::now());
        let mut clock = WallClock::new();
        let mut look = |wall_seconds: i64, seconds: u64| {
            clock.look(wall + SignedDuration::from_secs(wall_seconds), began + Duration::from_secs(seconds))
        };
        let seen = [look(0, 0), look(90_001, 1), look(90_002, 2), look(3, 3), look(13, 13)];
        assert_eq!(seen.map(|time| time.map(Timestamp::as_second)), [Some(0), None, None, None, Some(13)]);
    }
}
