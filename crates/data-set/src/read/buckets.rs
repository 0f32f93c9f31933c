//! What belongs to the buckets of a time zone.
//!
//! A day, month or year is what has its local date: it begins at the first moment at which the calendar shows it, also
//! where midnight is skipped, and it lies in intervals where a clock is set back over midnight. A minute or an hour
//! begins whenever the local clock shows a whole one, or jumps into another one. So the hour that is repeated in autumn
//! makes two buckets, the one skipped in spring none, and offsets of any number of seconds are right. A bucket that
//! would be empty, like the day that Samoa skipped, does not exist.

use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::time_range::{Bound, TimeRange, between};
use crate::timestamp::Timestamp;

/// No clock differs from UTC by that much, in seconds.
const OFFSET_LIMIT: i64 = 26 * 3_600;

/// The width of a bucket on the local clock or calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bucket {
    Minute,
    Hour,
    Day,
    Month,
    Year,
}

/// The intervals of all buckets that meet the range, in order. `None` if there are more than `buckets_max`.
pub(super) fn buckets(
    range: &TimeRange,
    bucket: Bucket,
    zone: &TimeZone,
    buckets_max: usize,
) -> Option<Vec<Vec<Range<Timestamp>>>> {
    match bucket {
        Bucket::Minute => meeting(range, buckets_max, clock_bounds(zone, 60, range.start())),
        Bucket::Hour => meeting(range, buckets_max, clock_bounds(zone, 3_600, range.start())),
        Bucket::Day | Bucket::Month | Bucket::Year => {
            meeting(range, buckets_max, calendar_bounds(zone, bucket, range.start()))
        }
    }
}

/// The buckets between each bound and the next, as far as they meet the range.
fn meeting(
    range: &TimeRange,
    buckets_max: usize,
    bounds: impl Iterator<Item = Bound>,
) -> Option<Vec<Vec<Range<Timestamp>>>> {
    let mut buckets = Vec::new();
    // Where the calendar ends, its last bucket has the rest.
    let mut bounds = bounds.chain([Timestamp::MAX.into()]);
    let mut from = bounds.next()?;
    for to in bounds {
        let intervals = between(&from, &to);
        if range.common(&intervals).next().is_some() {
            if buckets.len() == buckets_max {
                return None;
            }
            buckets.push(intervals);
        }
        if to.first() >= range.end() {
            break;
        }
        from = to;
    }
    Some(buckets)
}

/// The moments at which a minute (`unit` = 60 seconds) or an hour (3,600) begins, from before `start` on.
fn clock_bounds(zone: &TimeZone, unit: i64, start: Timestamp) -> impl Iterator<Item = Bound> {
    // No unit lasts twice its length: a clock that is set back by a whole unit or more shows another one.
    let before = start.as_micros().div_euclid(1_000_000) - 2 * unit - 1;
    std::iter::successors(next_clock_start(zone, unit, before), move |&at| next_clock_start(zone, unit, at))
        .map(|second| Timestamp::from_seconds(second).into())
}

/// The first start of a unit after a moment, in Unix seconds. `None` where the calendar ends.
fn next_clock_start(zone: &TimeZone, unit: i64, after: i64) -> Option<i64> {
    let mut from = after;
    loop {
        let timestamp = jiff::Timestamp::from_second(from).ok()?;
        let offset = i64::from(zone.to_offset(timestamp).seconds());
        let candidate = from + unit - (from + offset).rem_euclid(unit);
        let change =
            zone.following(timestamp).next().filter(|change| change.timestamp().as_second() <= candidate);
        let Some(change) = change else { return Some(candidate) };
        let (at, new_offset) = (change.timestamp().as_second(), i64::from(change.offset().seconds()));
        let (unit_before, unit_after) =
            ((at + offset - 1).div_euclid(unit), (at + new_offset).div_euclid(unit));
        if unit_before != unit_after || (at + new_offset).rem_euclid(unit) == 0 {
            return Some(at);
        }
        from = at;
    }
}

/// Where the calendar reaches each day, month or year, from before `start` on.
fn calendar_bounds(zone: &TimeZone, bucket: Bucket, start: Timestamp) -> impl Iterator<Item = Bound> {
    let date =
        jiff::Timestamp::from_microsecond(start.as_micros()).ok().map(|start| zone.to_datetime(start).date());
    // One earlier: a clock that is set back after the start may show an earlier date again.
    let first = date.and_then(|date| step(truncate(date, bucket), bucket, -1));
    std::iter::successors(first, move |&date| step(date, bucket, 1)).map_while(|date| date_bound(zone, date))
}

fn truncate(date: Date, bucket: Bucket) -> Date {
    match bucket {
        Bucket::Month => date.first_of_month(),
        Bucket::Year => date.first_of_year(),
        Bucket::Minute | Bucket::Hour | Bucket::Day => date,
    }
}

fn step(date: Date, bucket: Bucket, count: i32) -> Option<Date> {
    let span = match bucket {
        Bucket::Month => jiff::Span::new().months(count),
        Bucket::Year => jiff::Span::new().years(count),
        Bucket::Minute | Bucket::Hour | Bucket::Day => jiff::Span::new().days(count),
    };
    date.checked_add(span).ok()
}

/// Where the calendar of a zone reaches a date: from there on the local date is this one or a later one.
/// `None` where the calendar ends.
pub fn date_bound(zone: &TimeZone, date: Date) -> Option<Bound> {
    let midnight = date.duration_since(Date::constant(1970, 1, 1)).as_secs();
    // At the first of these seconds every clock shows an earlier date, at the last one none does.
    let (from, to) = (midnight - OFFSET_LIMIT, midnight + OFFSET_LIMIT);
    let timestamp = jiff::Timestamp::from_second(from).ok()?;
    let changes = zone
        .following(timestamp)
        .map(|change| (change.timestamp().as_second(), change.offset()))
        .take_while(|(at, _)| *at < to);
    let periods = std::iter::once((from, zone.to_offset(timestamp))).chain(changes);
    let mut crossings: Vec<i64> = Vec::new();
    for (begin, offset) in periods {
        // While this offset holds, the date is reached from here on.
        let reached = midnight - i64::from(offset.seconds());
        // A date that the offset before would have reached only later.
        if crossings.last().is_some_and(|crossing| *crossing >= begin) {
            crossings.pop();
        }
        let is_passed = crossings.len() % 2 == 1;
        match (is_passed, reached <= begin) {
            (false, true) => crossings.push(begin),
            (true, false) => crossings.extend([begin, reached]),
            (false, false) => crossings.push(reached),
            (true, true) => {}
        }
    }
    Bound::at(crossings.into_iter().map(Timestamp::from_seconds).collect())
}

#[cfg(test)]
mod tests;
