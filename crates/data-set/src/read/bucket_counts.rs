//! How many messages in each minute, hour, day, month or year of a time zone.

use std::ops::Range;

use jiff::tz::TimeZone;

use super::at::At;
use super::buckets::{self, Bucket};
use super::count_messages::{Ranges, sum};
use super::error::ReadError;
use super::run::run;
use super::tag::TagFilter;
use super::time_range::TimeRange;
use crate::pool::Pool;
use crate::timestamp::Timestamp;

/// The most buckets in one answer.
pub const BUCKETS_MAX: usize = 10_000;

/// How often the open end of a range is looked up again when messages arrive beyond it.
const LOOKUPS_MAX: usize = 3;

/// The number of messages in one bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BucketCount {
    /// Where the bucket begins, also where the range begins later.
    pub start: Timestamp,
    /// Messages inside of both the bucket and the range.
    pub messages: i64,
}

#[derive(Debug, thiserror::Error)]
pub enum BucketCountsError {
    #[error("the range has more than 10,000 buckets")]
    RangeTooLarge,
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Every bucket that meets the range, in order, those without messages too.
///
/// The first and the last bucket are named by where they begin, but count only what lies in the range. An open side of
/// the range ends at the bucket of the tag's first or last message; without any, there are no buckets.
pub async fn bucket_counts(
    pool: &Pool,
    tag: &TagFilter,
    range: &TimeRange,
    bucket: Bucket,
    zone: &TimeZone,
) -> Result<At<Vec<BucketCount>>, BucketCountsError> {
    let mut looked_up = 1;
    loop {
        let extent = extent(pool, tag, range).await?;
        let Some(covered) = extent.value else { return Ok(extent.map(|_| Vec::new())) };
        let buckets = buckets::buckets(&covered, bucket, zone, BUCKETS_MAX);
        let buckets = buckets.ok_or(BucketCountsError::RangeTooLarge)?;
        let counted = count(pool, tag, range, &buckets).await?;
        let Counted { buckets, beyond } = counted.value;
        if beyond == 0 {
            return Ok(At { position: counted.position, value: buckets });
        }
        // A message fell beyond the last bucket after the extent was read. The answer is complete as of then, and that
        // is the position it gets if messages keep running away from us.
        if looked_up == LOOKUPS_MAX {
            return Ok(At { position: extent.position, value: buckets });
        }
        looked_up += 1;
    }
}

/// The range with its open sides replaced by the tag's first and last message; `None` if nothing is left of it.
async fn extent(pool: &Pool, tag: &TagFilter, range: &TimeRange) -> Result<At<Option<TimeRange>>, ReadError> {
    if !range.is_open_at_start() && !range.is_open_at_end() {
        return Ok(At { position: 0, value: Some(range.clone()) });
    }
    let query = || sqlx::query_as(include_str!("first_and_last.sql")).bind(tag.as_str()).fetch_one(pool);
    let (position, first, last): (i64, Option<time::OffsetDateTime>, Option<time::OffsetDateTime>) =
        run(query).await?;
    let covered =
        first.zip(last).and_then(|(first, last)| range.closed_at(first.into(), Timestamp::from(last).next()));
    Ok(At { position, value: covered })
}

struct Counted {
    buckets: Vec<BucketCount>,
    /// Messages inside of the range and outside of all buckets.
    beyond: i64,
}

/// Counts each bucket, and in the same snapshot the whole range.
async fn count(
    pool: &Pool,
    tag: &TagFilter,
    range: &TimeRange,
    buckets: &[Vec<Range<Timestamp>>],
) -> Result<At<Counted>, ReadError> {
    let mut ranges = Ranges::of(None);
    // The sum with number 0 is that of the whole range.
    for interval in range.intervals() {
        ranges.add(0, interval);
    }
    for (number, intervals) in (1..).zip(buckets) {
        for interval in range.common(intervals) {
            ranges.add(number, &interval);
        }
    }
    let sums = sum(pool, tag, &ranges).await?;
    Ok(sums.map(|sums| {
        let (all, counts) = sums.split_first().map_or((0, &[][..]), |(all, counts)| (*all, counts));
        // Every bucket has a interval, and the first one is where it begins.
        let starts = buckets.iter().filter_map(|intervals| intervals.first()).map(|interval| interval.start);
        let buckets = starts.zip(counts).map(|(start, &messages)| BucketCount { start, messages });
        Counted { buckets: buckets.collect(), beyond: all - counts.iter().sum::<i64>() }
    }))
}
