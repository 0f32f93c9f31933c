//! Schedules, and the windows between their firings.
//!
//! ```text
//!   firings   ────┼───────────┼───────────┼────▶   each window ends where the next one starts
//!                 └─ window ──┘
//! ```
//!
//! When clocks are set forward or back, a schedule does what cron does. One whose hour is `*` goes by elapsed time. One
//! with fixed hours fires once for each time on the wall: a time that is left out fires as much later as was left out, and
//! a time that comes twice fires the first time.

use std::collections::VecDeque;
use std::fmt;

use cronexpr::{Crontab, MakeTimestamp};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// More than any zone ever left out at once: Samoa left out a day.
const SHIFT_MAX: SignedDuration = SignedDuration::from_hours(25);
/// The first guess how far back some firings are; it is doubled while they are too few.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(1);
/// Schedules without a firing within this time are refused: cronexpr looks no further.
const LOOK_BACK_MAX: SignedDuration = SignedDuration::from_hours(5 * 366 * 24);

#[derive(Debug, thiserror::Error)]
#[error("the schedule {text:?} cannot be understood: {reason}")]
pub struct ScheduleError {
    text: String,
    reason: String,
}

/// Five fields of cron and a zone, like `0 7 * * MON-FRI Europe/Berlin`.
#[derive(Debug, Clone)]
pub struct Schedule {
    text: String,
    zone: TimeZone,
    times: Times,
}

#[derive(Debug, Clone)]
enum Times {
    /// By elapsed time, in its own zone.
    Elapsed(Crontab),
    /// By the clock on the wall, whose times are taken for those of UTC.
    Wall(Crontab),
}

/// The half-open time between two firings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    pub start: Timestamp,
    pub end: Timestamp,
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.start, self.end)
    }
}

impl Schedule {
    /// # Errors
    /// Where the text is no schedule, names no zone, or never fires.
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        let refuse = |reason: String| ScheduleError { text: text.to_owned(), reason };
        let parts: Vec<&str> = text.split_whitespace().collect();
        let [fields @ .., zone_name] = &*parts else { return Err(refuse("it is empty".to_owned())) };
        let [_, hour, _, _, _] = fields else {
            return Err(refuse(
                "it needs five fields and a zone, like 0 7 * * MON-FRI Europe/Berlin".to_owned(),
            ));
        };
        let zone = TimeZone::get(zone_name)
            .map_err(|_| refuse(format!("its last word, {zone_name}, is no zone like Europe/Berlin")))?;
        let read = |zone_name: &str| {
            cronexpr::parse_crontab(&format!("{} {zone_name}", fields.join(" ")))
                .map_err(|error| refuse(error.to_string()))
        };
        let times =
            if hour.starts_with('*') { Times::Elapsed(read(zone_name)?) } else { Times::Wall(read("UTC")?) };
        let schedule = Self { text: parts.join(" "), zone, times };
        match schedule.next_after(Timestamp::UNIX_EPOCH) {
            Some(_) => Ok(schedule),
            None => Err(refuse("it never fires".to_owned())),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The first firing behind a time; `None` where the calendar ends.
    pub fn next_after(&self, time: Timestamp) -> Option<Timestamp> {
        match &self.times {
            Times::Elapsed(crontab) => Some(crontab.find_next(MakeTimestamp(time)).ok()?.timestamp()),
            Times::Wall(crontab) => self.next_on_the_wall(crontab, time),
        }
    }

    /// Times that are left out move behind others, so all that may have moved are looked at.
    fn next_on_the_wall(&self, crontab: &Crontab, time: Timestamp) -> Option<Timestamp> {
        let wall = time.to_zoned(self.zone.clone()).datetime().to_zoned(TimeZone::UTC).ok()?.timestamp();
        let mut at = wall.checked_sub(SHIFT_MAX).ok()?;
        let mut best: Option<(Timestamp, Timestamp)> = None;
        loop {
            let Ok(next) = crontab.find_next(MakeTimestamp(at)) else { return best.map(|(_, found)| found) };
            at = next.timestamp();
            if let Some((found_at, found)) = best
                && at.duration_since(found_at) > SHIFT_MAX
            {
                return Some(found);
            }
            // Compatible: a time that is left out moves forward, of two the first is taken.
            let fires = at.to_zoned(TimeZone::UTC).datetime().to_zoned(self.zone.clone()).ok()?.timestamp();
            if fires > time && best.is_none_or(|(_, found)| fires < found) {
                best = Some((best.map_or(at, |(found_at, _)| found_at), fires));
            }
        }
    }

    /// The window that starts at a firing; `None` where that time is none.
    pub fn window_at(&self, start: Timestamp) -> Option<Window> {
        let before = start.checked_sub(SignedDuration::from_nanos(1)).ok()?;
        (self.next_after(before)? == start).then_some(())?;
        Some(Window { start, end: self.next_after(start)? })
    }

    /// The newest windows that end at or before a time, at most so many, the oldest first.
    pub fn windows_until(&self, time: Timestamp, count: usize) -> Vec<Window> {
        let mut look_back = LOOK_BACK;
        loop {
            let from = time.checked_sub(look_back).unwrap_or(Timestamp::MIN);
            let windows = self.windows_between(from, time, count);
            if windows.len() >= count || look_back > LOOK_BACK_MAX {
                return windows;
            }
            look_back = look_back.saturating_mul(2);
        }
    }

    /// Windows within a time, the oldest first; of more than `count` the newest.
    pub fn windows_between(&self, from: Timestamp, to: Timestamp, count: usize) -> Vec<Window> {
        let mut windows = VecDeque::new();
        let before = from.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(from);
        let Some(mut start) = self.next_after(before) else { return Vec::new() };
        while let Some(end) = self.next_after(start).filter(|end| *end <= to) {
            if windows.len() == count {
                windows.pop_front();
            }
            windows.push_back(Window { start, end });
            start = end;
        }
        windows.truncate(count);
        windows.into()
    }
}

#[cfg(test)]
mod tests;
