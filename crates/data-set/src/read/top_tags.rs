//! The busiest tags of a window of time, and how busy they were in the window before it.

use std::ops::Range;

use time::OffsetDateTime;

use super::at::At;
use super::count_messages::Ranges;
use super::error::ReadError;
use super::run::run;
use super::time_range::TimeRange;
use crate::granularity::Granularity;
use crate::pool::Pool;
use crate::timestamp::Timestamp;

/// How many tags are counted, the busiest of the months around the window first. Only where these cannot tell which
/// tags are the busiest of the window itself, because a month is no measure of a day, more of them are.
const CANDIDATES: [i64; 3] = [200, 1_000, 5_000];
/// So many times the tags that are asked for are looked at, because some may be hidden from the caller.
pub(super) const HIDDEN_FACTOR: i64 = 4;
/// The longest window, in days. It touches 13 months, and there is a window of the same length before it.
pub const WINDOW_DAYS_MAX: i64 = 366;

const MICROS_PER_DAY: i64 = 86_400_000_000;
const MICROS_PER_MINUTE: i64 = 60_000_000;

/// A tag, and in how many messages it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopTagRow {
    pub tag: String,
    pub messages: i64,
    /// In the window before.
    pub before: i64,
}

/// A window of time that has a begin; it ends with the newest message where it has no end.
#[derive(Debug, Clone)]
pub struct TagWindow {
    pub(super) range: TimeRange,
    before: Range<Timestamp>,
}

impl TagWindow {
    /// `now` stands for the end where there is none. `None` where there is no begin, or the window is too long.
    pub fn of(range: TimeRange, now: Timestamp) -> Option<Self> {
        let start = range.start();
        let end = if range.is_open_at_end() { now.max(start.next()) } else { range.end() };
        let length = end.as_micros() - start.as_micros();
        // The begin of the longest one may have been rounded down to a minute.
        let longest = WINDOW_DAYS_MAX * MICROS_PER_DAY + MICROS_PER_MINUTE;
        let is_good = !range.is_open_at_start() && length <= longest;
        let from = Timestamp::from_micros(start.as_micros() - length).filter(|_| is_good)?;
        Some(Self { range, before: from..start })
    }

    /// Where the window before it begins, which ends where this one begins.
    pub fn before(&self) -> Timestamp {
        self.before.start
    }

    pub fn start(&self) -> Timestamp {
        self.range.start()
    }

    /// `None`: it ends with the newest message.
    pub fn end(&self) -> Option<Timestamp> {
        (!self.range.is_open_at_end()).then(|| self.range.end())
    }

    /// The begins of the months that it touches. Of what lies in the future there is nothing after the next month.
    fn months(&self, now: Timestamp) -> Vec<OffsetDateTime> {
        let end = self.end().unwrap_or_else(|| Granularity::Month.round_up(now.next()).next());
        let mut month = Granularity::Month.round_down(self.start());
        let mut months = Vec::new();
        while month < end {
            months.push(month.to_time());
            month = Granularity::Month.round_up(month.next());
        }
        months
    }

    fn ranges(&self) -> Ranges {
        let mut ranges = Ranges::of(None);
        self.range.intervals().iter().for_each(|interval| ranges.add(0, interval));
        ranges.add(1, &self.before);
        ranges
    }
}

/// There is always a first row, maybe without a tag.
#[derive(Debug, sqlx::FromRow)]
struct Row {
    position: i64,
    tags: i64,
    at_most: Option<i64>,
    tag: Option<String>,
    messages: Option<i64>,
    before: Option<i64>,
    is_visible: bool,
}

/// At most `limit` tags, the busiest first, without those that nobody used whom the caller sees.
///
/// Where more than 5,000 tags come into question, they are those that were busiest in the months around the window.
pub async fn top_tags(
    pool: &Pool,
    caller: i64,
    window: &TagWindow,
    now: Timestamp,
    limit: u16,
) -> Result<At<Vec<TopTagRow>>, ReadError> {
    let (months, ranges) = (window.months(now), window.ranges());
    let mut answer = At { position: 0, value: Vec::new() };
    for candidates in CANDIDATES {
        let rows = run(|| rows(pool, caller, window, &months, &ranges, candidates, limit)).await?;
        let Some(first) = rows.first() else { break };
        let (position, is_all) = (first.position, first.tags < candidates);
        let at_most = first.at_most.unwrap_or(0);
        let mut tags: Vec<TopTagRow> = rows.into_iter().filter_map(visible).collect();
        tags.truncate(limit.into());
        let last = tags.last().filter(|_| tags.len() == usize::from(limit)).map_or(0, |last| last.messages);
        answer = At { position, value: tags };
        // None that was not counted can be among them.
        if is_all || last > at_most {
            break;
        }
    }
    Ok(answer)
}

fn visible(row: Row) -> Option<TopTagRow> {
    let Row { tag, messages, before, is_visible, .. } = row;
    Some(TopTagRow { tag: tag.filter(|_| is_visible)?, messages: messages?, before: before? })
}

async fn rows(
    pool: &Pool,
    caller: i64,
    window: &TagWindow,
    months: &[OffsetDateTime],
    ranges: &Ranges,
    candidates: i64,
    limit: u16,
) -> Result<Vec<Row>, sqlx::Error> {
    let query = sqlx::query_as(concat!(include_str!("top_tags.sql"), include_str!("show_tags.sql")))
        .bind(months)
        .bind(candidates);
    let query = ranges.bind(query).bind(i64::from(limit) * HIDDEN_FACTOR);
    query
        .bind(window.range.start().to_time())
        .bind(window.range.end().to_time())
        .bind(caller)
        .fetch_all(pool)
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(days: i64) -> Timestamp {
        Timestamp::from_micros(days * MICROS_PER_DAY).expect("tests stay in range")
    }

    fn window(start: i64, end: Option<i64>, now: i64) -> Option<TagWindow> {
        let range = TimeRange::new(Some(at(start)), end.map(at)).expect("it is a range");
        TagWindow::of(range, at(now))
    }

    #[test]
    fn the_window_before_is_as_long_and_touches_this_one() {
        let closed = window(10, Some(17), 100).expect("it is good");
        assert_eq!((closed.before(), closed.start(), closed.end()), (at(3), at(10), Some(at(17))));
        let open = window(90, None, 100).expect("it is good");
        assert_eq!((open.before(), open.end()), (at(80), None));
    }

    #[test]
    fn a_window_touches_the_months_from_its_begin_to_its_end() {
        let months = |start, end, now| window(start, end, now).expect("it is good").months(at(now)).len();
        assert_eq!(months(0, Some(31), 100), 1, "January 1970");
        assert_eq!(months(30, Some(32), 100), 2);
        // 10 January, and what is dated some minutes ahead.
        assert_eq!(months(9, None, 10), 2);
        assert_eq!(months(0, Some(WINDOW_DAYS_MAX), 100), 13);
    }

    #[test]
    fn a_window_has_a_begin_and_a_longest_length() {
        assert!(window(0, Some(WINDOW_DAYS_MAX), 1).is_some());
        assert!(window(0, Some(WINDOW_DAYS_MAX + 1), 1).is_none());
        assert!(window(0, None, WINDOW_DAYS_MAX + 1).is_none());
        assert!(TagWindow::of(TimeRange::always(), at(0)).is_none());
        assert!(window(200, None, 100).is_some(), "it lies in the future");
    }
}
