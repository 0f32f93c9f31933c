//! What accounts have used, by the hour. Pure.

use std::collections::{HashMap, VecDeque};
use std::ops::{Add, AddAssign, SubAssign};
use std::time::Duration;

use domain::AccountId;
use time::OffsetDateTime;

pub(super) const DAY: Duration = Duration::from_secs(24 * HOUR as u64);
const HOUR: i64 = 3_600;
/// The hour that runs and those before it: a day that begins with an hour.
const HOURS: i64 = 24;
/// Accounts, each once per hour in which it was active. One takes 17 bytes in a table that is between 7/16 and 7/8 full,
/// so 19 to 39 of them; all together 160 MB.
const ENTRIES_MAX: usize = 4 << 20;

/// Events, and their bytes: subject, headers and data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    pub events: u64,
    pub bytes: u64,
}

impl Add for Used {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let events = self.events.saturating_add(other.events);
        Self { events, bytes: self.bytes.saturating_add(other.bytes) }
    }
}

impl AddAssign for Used {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Used {
    fn sub_assign(&mut self, other: Self) {
        let events = self.events.saturating_sub(other.events);
        *self = Self { events, bytes: self.bytes.saturating_sub(other.bytes) };
    }
}

#[derive(Debug, Default)]
pub(super) struct Days {
    /// Oldest first.
    hours: VecDeque<Hour>,
    entries: usize,
}

#[derive(Debug)]
struct Hour {
    /// Since 1970.
    number: i64,
    used: HashMap<AccountId, Small>,
}

/// Of one account in one hour. It saturates far above every quota.
#[derive(Debug, Clone, Copy, Default)]
struct Small {
    events: u32,
    bytes: u32,
}

impl Small {
    fn add(&mut self, used: Used) {
        let small = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
        self.events = self.events.saturating_add(small(used.events));
        self.bytes = self.bytes.saturating_add(small(used.bytes));
    }

    fn used(self) -> Used {
        Used { events: self.events.into(), bytes: self.bytes.into() }
    }
}

fn hour_of(at: OffsetDateTime) -> i64 {
    at.unix_timestamp().div_euclid(HOUR)
}

/// The first hour that still counts.
fn first_hour(now: OffsetDateTime) -> i64 {
    hour_of(now) + 1 - HOURS
}

impl Days {
    pub(super) fn entries(&self) -> usize {
        self.entries
    }

    /// Recorded times grow, unless a clock was set back: then an event counts in the newest hour that is known.
    pub(super) fn add(&mut self, account: AccountId, used: Used, at: OffsetDateTime, now: OffsetDateTime) {
        let first = first_hour(now);
        while let Some(hour) = self.hours.pop_front_if(|hour| hour.number < first) {
            self.entries -= hour.used.len();
        }
        let number = hour_of(at.min(now));
        if number < first {
            return;
        }
        if self.hours.back().is_none_or(|newest| newest.number < number) {
            self.hours.push_back(Hour { number, used: HashMap::new() });
        }
        if self.entries >= ENTRIES_MAX {
            self.make_room();
        }
        // One was pushed where there was none, and room is made of older ones.
        let Some(newest) = self.hours.back_mut() else { return };
        let before = newest.used.len();
        newest.used.entry(account).or_default().add(used);
        self.entries += newest.used.len() - before;
    }

    /// Forgets the oldest hour; with one hour alone, all of that. So quotas become wider for a while, rather than that
    /// somebody is refused who has used nothing.
    fn make_room(&mut self) {
        let forgotten = match self.hours.len() {
            0 => 0,
            1 => self.hours.back_mut().map_or(0, |hour| std::mem::take(&mut hour.used).len()),
            _ => self.hours.pop_front().map_or(0, |hour| hour.used.len()),
        };
        self.entries -= forgotten;
    }

    pub(super) fn used_by(&self, account: AccountId, now: OffsetDateTime) -> Used {
        let first = first_hour(now);
        let hours = self.hours.iter().filter(|hour| hour.number >= first);
        let used = hours.filter_map(|hour| hour.used.get(&account));
        used.fold(Used::default(), |sum, used| sum + used.used())
    }

    /// How long until what is left of the account's use fits; `None`: also without any it does not.
    pub(super) fn wait_until(
        &self,
        account: AccountId,
        now: OffsetDateTime,
        fits: impl Fn(Used) -> bool,
    ) -> Option<Duration> {
        let mut left = self.used_by(account, now);
        let first = first_hour(now);
        for hour in self.hours.iter().filter(|hour| hour.number >= first) {
            let Some(used) = hour.used.get(&account) else { continue };
            left -= used.used();
            if fits(left) {
                let ends = (hour.number + HOURS) * HOUR;
                return Some(Duration::from_secs((ends - now.unix_timestamp()).max(1).unsigned_abs()));
            }
        }
        None
    }
}
