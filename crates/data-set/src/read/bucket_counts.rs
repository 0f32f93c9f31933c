//! How many messages in each minute, hour, day, month or year of a time zone.

use std::ops::Range;

use jiff::tz::TimeZone;
use time::OffsetDateTime;

use super::at::At;
use super::buckets::{self, Bucket};
use super::count_error::CountError;
use super::count_matching::{self, count_matching};
use super::count_messages::{Ranges, sum};
use super::error::ReadError;
use super::message_filter::MessageFilter;
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

/// Every bucket that meets the range, in order, those without messages too.
///
/// The first and the last bucket are named by where they begin, but count only what lies in the range. An open side of
/// the range ends at the bucket of the first or last message that the filter means; without any, there are no buckets.
pub async fn bucket_counts(
    pool: &Pool,
    filter: &MessageFilter,
    bucket: Bucket,
    zone: &TimeZone,
) -> Result<At<Vec<BucketCount>>, CountError> {
    let mut looked_up = 1;
    loop {
        let extent = extent(pool, filter).await?;
        let Some(covered) = extent.value else { return Ok(extent.map(|_| Vec::new())) };
        let buckets = buckets::buckets(&covered, bucket, zone, BUCKETS_MAX);
        let buckets = buckets.ok_or(CountError::TooManyBuckets)?;
        let counted = match filter.tags {
            None => count(pool, &filter.tag, &filter.range, &buckets).await?,
            Some(_) => count_one_by_one(pool, filter, &buckets).await?,
        };
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

/// The range with its open sides replaced by the first and last message; `None` if nothing is left of it.
async fn extent(pool: &Pool, filter: &MessageFilter) -> Result<At<Option<TimeRange>>, CountError> {
    let range = &filter.range;
    if !range.is_open_at_start() && !range.is_open_at_end() {
        return Ok(At { position: 0, value: Some(range.clone()) });
    }
    let extent = match filter.tags {
        None => first_and_last(pool, &filter.tag).await?,
        Some(_) => count_matching(pool, filter, &[]).await?.map(|counted| counted.extent),
    };
    Ok(extent.map(|extent| {
        extent.and_then(|(first, last)| range.closed_at(first.into(), Timestamp::from(last).next()))
    }))
}

type Extent = Option<(OffsetDateTime, OffsetDateTime)>;

async fn first_and_last(pool: &Pool, tag: &TagFilter) -> Result<At<Extent>, ReadError> {
    let query = || sqlx::query_as(include_str!("first_and_last.sql")).bind(tag.as_str()).fetch_one(pool);
    let (position, first, last): (i64, Option<OffsetDateTime>, Option<OffsetDateTime>) = run(query).await?;
    Ok(At { position, value: first.zip(last) })
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

/// The same, where nothing is folded.
async fn count_one_by_one(
    pool: &Pool,
    filter: &MessageFilter,
    buckets: &[Vec<Range<Timestamp>>],
) -> Result<At<Counted>, CountError> {
    let bounds = Bounds::of(buckets);
    let counted = count_matching(pool, filter, &bounds.times()).await?;
    Ok(counted.map(|counted| {
        let buckets = bounds.sum(&counted, buckets);
        let beyond = counted.all() - buckets.iter().map(|bucket| bucket.messages).sum::<i64>();
        Counted { buckets, beyond }
    }))
}

/// Where buckets begin and end, rising: so that one walk counts what lies between each two of them.
pub(super) struct Bounds(Vec<Timestamp>);

impl Bounds {
    pub(super) fn of(buckets: &[Vec<Range<Timestamp>>]) -> Self {
        let mut bounds: Vec<Timestamp> =
            buckets.iter().flatten().flat_map(|interval| [interval.start, interval.end]).collect();
        bounds.sort_unstable();
        bounds.dedup();
        Self(bounds)
    }

    pub(super) fn times(&self) -> Vec<OffsetDateTime> {
        self.0.iter().map(|bound| bound.to_time()).collect()
    }

    pub(super) fn sum(
        &self,
        counted: &count_matching::Counted,
        buckets: &[Vec<Range<Timestamp>>],
    ) -> Vec<BucketCount> {
        // Buckets are disjoint, so between two neighbouring bounds lies one of them or none.
        let inside = |interval: &Range<Timestamp>| {
            let from = self.0.partition_point(|bound| *bound <= interval.start);
            let to = self.0.partition_point(|bound| *bound < interval.end);
            counted.messages[from..=to].iter().sum::<i64>()
        };
        // Every bucket has an interval, and the first one is where it begins.
        let count = |intervals: &Vec<Range<Timestamp>>| {
            let start = intervals.first()?.start;
            Some(BucketCount { start, messages: intervals.iter().map(inside).sum() })
        };
        buckets.iter().filter_map(count).collect()
    }
}
