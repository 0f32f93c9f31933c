//! How many messages there were at a moment. Nothing of that is folded: the entries of an index are counted.

use std::ops::Range;

use jiff::tz::TimeZone;
use time::OffsetDateTime;

use super::cutoff::Cutoff;
use crate::pool::Pool;
use crate::read::at::At;
use crate::read::bucket_counts::{BUCKETS_MAX, BucketCount};
use crate::read::buckets::{self, Bucket};
use crate::read::count_error::CountError;
use crate::read::error::ReadError;
use crate::read::message_filter::MessageFilter;
use crate::read::run::run;
use crate::read::tag::TagFilter;
use crate::read::time_range::TimeRange;
use crate::timestamp::Timestamp;

/// The exact number of messages that matched at the moment. Those that were deleted since count. The answer's own
/// position is how far the data reflects the log.
pub async fn count_messages_as_of(
    pool: &Pool,
    filter: &MessageFilter,
    cutoff: Cutoff,
) -> Result<At<i64>, ReadError> {
    let MessageFilter { tag, tags: _, author, range } = filter;
    let counts = count(pool, tag, *author, cutoff, &[range.intervals().to_vec()]).await?;
    Ok(counts.map(|counts| counts.first().copied().unwrap_or_default()))
}

/// As [`crate::read::bucket_counts()`], at the moment.
pub async fn bucket_counts_as_of(
    pool: &Pool,
    tag: &TagFilter,
    range: &TimeRange,
    bucket: Bucket,
    zone: &TimeZone,
    cutoff: Cutoff,
) -> Result<At<Vec<BucketCount>>, CountError> {
    let extent = extent(pool, tag, range, cutoff).await?;
    let Some(covered) = extent.value else { return Ok(extent.map(|_| Vec::new())) };
    let buckets = buckets::buckets(&covered, bucket, zone, BUCKETS_MAX);
    let buckets = buckets.ok_or(CountError::TooManyBuckets)?;
    let ranges: Vec<Vec<_>> = buckets.iter().map(|intervals| range.common(intervals).collect()).collect();
    let counts = count(pool, tag, None, cutoff, &ranges).await?;
    // Every bucket has an interval, and the first one is where it begins.
    let starts = buckets.iter().filter_map(|intervals| intervals.first()).map(|interval| interval.start);
    let shown = |counts: Vec<i64>| {
        starts.zip(counts).map(|(start, messages)| BucketCount { start, messages }).collect()
    };
    Ok(counts.map(shown))
}

/// The range with its open sides replaced by the first and the last message of then; `None` if nothing is left of it.
async fn extent(
    pool: &Pool,
    tag: &TagFilter,
    range: &TimeRange,
    cutoff: Cutoff,
) -> Result<At<Option<TimeRange>>, ReadError> {
    if !range.is_open_at_start() && !range.is_open_at_end() {
        return Ok(At { position: i64::MAX, value: Some(range.clone()) });
    }
    let query = || {
        sqlx::query_as(include_str!("first_and_last.sql"))
            .bind(tag.as_str())
            .bind(cutoff.position)
            .bind(cutoff.created_before().to_time())
            .fetch_one(pool)
    };
    let (position, first, last): (i64, Option<OffsetDateTime>, Option<OffsetDateTime>) = run(query).await?;
    let covered =
        first.zip(last).and_then(|(first, last)| range.closed_at(first.into(), Timestamp::from(last).next()));
    Ok(At { position, value: covered })
}

/// One sum per element of `ranges`, in their order.
async fn count(
    pool: &Pool,
    tag: &TagFilter,
    author: Option<i64>,
    cutoff: Cutoff,
    ranges: &[Vec<Range<Timestamp>>],
) -> Result<At<Vec<i64>>, ReadError> {
    let (mut numbers, mut starts, mut ends) = (Vec::new(), Vec::new(), Vec::new());
    for (number, range) in
        (0_i32..).zip(ranges).flat_map(|(number, own)| own.iter().map(move |it| (number, it)))
    {
        numbers.push(number);
        starts.push(range.start.to_time());
        // Behind the newest message of then there is nothing to count.
        ends.push(range.end.min(cutoff.created_before()).to_time());
    }
    let sql = match author {
        None => include_str!("count_by_tag.sql"),
        Some(_) => include_str!("count_by_author.sql"),
    };
    let query = || {
        let query = sqlx::query_as(sql)
            .bind(tag.as_str())
            .bind(&numbers)
            .bind(&starts)
            .bind(&ends)
            .bind(cutoff.position);
        let query = if let Some(author) = author { query.bind(author) } else { query };
        query.fetch_all(pool)
    };
    let rows: Vec<(i64, Option<i32>, Option<i64>)> = run(query).await?;
    let mut sums = vec![0; ranges.len()];
    for (_, number, messages) in &rows {
        let place = number.and_then(|number| sums.get_mut(usize::try_from(number).ok()?));
        if let (Some(place), Some(messages)) = (place, messages) {
            *place = *messages;
        }
    }
    Ok(At { position: rows.first().map_or(0, |row| row.0), value: sums })
}
