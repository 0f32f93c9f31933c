//! Where the buckets of a time zone begin.
//!
//! A day, month or year begins at the first moment at which the local calendar shows it, also where midnight is skipped.
//! A minute or an hour begins whenever the local clock shows a whole one, or jumps into another one. So the hour that is
//! repeated in autumn makes two buckets, the one skipped in spring none, and offsets of any number of seconds are right.
//! Boundaries rise strictly: a bucket that would be empty, like the day that Samoa skipped, does not exist.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::moment::{Moment, TimeRange};

/// The width of a bucket on the local clock or calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bucket {
    Minute,
    Hour,
    Day,
    Month,
    Year,
}

/// The begins of all buckets that meet the range, in order, and the end of the last one. `None` if there are more than
/// `buckets_max`.
pub(super) fn boundaries(
    range: TimeRange,
    bucket: Bucket,
    zone: &TimeZone,
    buckets_max: usize,
) -> Option<Vec<Moment>> {
    match bucket {
        Bucket::Minute => covering(range, buckets_max, clock_starts(zone, 60, range.start())),
        Bucket::Hour => covering(range, buckets_max, clock_starts(zone, 3_600, range.start())),
        Bucket::Day | Bucket::Month | Bucket::Year => {
            covering(range, buckets_max, calendar_starts(zone, bucket, range.start()))
        }
    }
}

/// Takes the starts from the last one that is not after the range's start to the first one that is not before its end.
fn covering(
    range: TimeRange,
    buckets_max: usize,
    starts: impl Iterator<Item = Moment>,
) -> Option<Vec<Moment>> {
    let mut boundaries: Vec<Moment> = Vec::new();
    for start in starts {
        match boundaries.last_mut() {
            Some(last) if start <= *last => continue,
            Some(last) if start <= range.start() => *last = start,
            _ => boundaries.push(start),
        }
        if start >= range.end() {
            return (boundaries.len() <= buckets_max + 1).then_some(boundaries);
        }
        if boundaries.len() > buckets_max {
            return None;
        }
    }
    // The calendar ended first: no message is that late.
    boundaries.push(range.end());
    Some(boundaries)
}

/// The moments at which a minute (`unit` = 60 seconds) or an hour (3,600) begins, from before `start` on.
fn clock_starts(zone: &TimeZone, unit: i64, start: Moment) -> impl Iterator<Item = Moment> {
    // No unit lasts twice its length: a clock that is set back by a whole unit or more shows another one.
    let before = start.as_micros().div_euclid(1_000_000) - 2 * unit - 1;
    std::iter::successors(next_clock_start(zone, unit, before), move |&at| next_clock_start(zone, unit, at))
        .map(Moment::from_seconds)
}

/// The first start of a unit after a moment, in Unix seconds. `None` where the calendar ends.
fn next_clock_start(zone: &TimeZone, unit: i64, after: i64) -> Option<i64> {
    let mut from = after;
    loop {
        let timestamp = Timestamp::from_second(from).ok()?;
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

/// The moments at which a day, month or year begins, from before `start` on.
fn calendar_starts(zone: &TimeZone, bucket: Bucket, start: Moment) -> impl Iterator<Item = Moment> {
    let date =
        Timestamp::from_microsecond(start.as_micros()).ok().map(|start| zone.to_datetime(start).date());
    // One earlier: where midnight is repeated, the first moment of a date lies before late moments of the date before.
    let first = date.and_then(|date| step(truncate(date, bucket), bucket, -1));
    std::iter::successors(first, move |&date| step(date, bucket, 1))
        .map_while(|date| first_moment(zone, date))
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

/// The first moment at which the calendar of a zone shows a date, or the next date that it does show. `None` where the
/// calendar ends.
pub fn first_moment(zone: &TimeZone, date: Date) -> Option<Moment> {
    let midnight = date.to_zoned(zone.clone()).and_then(|noted| noted.start_of_day()).ok()?;
    Some(Moment::at_or_after(midnight.timestamp().as_nanosecond()))
}

#[cfg(test)]
mod tests;
