//! How many messages there were at a moment. Nothing of that is folded: they are counted one by one, up to a bound.

use jiff::tz::TimeZone;
use time::OffsetDateTime;

use super::cutoff::Cutoff;
use crate::pool::Pool;
use crate::read::at::At;
use crate::read::bucket_counts::{BUCKETS_MAX, Bounds, BucketCount};
use crate::read::buckets::{self, Bucket};
use crate::read::count_error::CountError;
use crate::read::count_matching::{COUNTED_LOOKS_MAX, Counted, Row};
use crate::read::matching::{Wanted, walk};
use crate::read::message_filter::MessageFilter;
use crate::read::run::run;
use crate::read::time_range::TimeRange;
use crate::timestamp::Timestamp;

/// The most messages that are counted for one answer where an index alone tells it, less than a microsecond each.
pub const COUNTED_ENTRIES_MAX: i64 = 2_000_000;

/// The exact number of messages that matched at the moment. Those that were deleted since count. The answer's own
/// position is how far the data reflects the log.
pub async fn count_messages_as_of(
    pool: &Pool,
    filter: &MessageFilter,
    cutoff: Cutoff,
) -> Result<At<i64>, CountError> {
    Ok(count(pool, filter, cutoff, &[]).await?.map(|counted| counted.all()))
}

/// As [`crate::read::bucket_counts()`], at the moment.
pub async fn bucket_counts_as_of(
    pool: &Pool,
    filter: &MessageFilter,
    bucket: Bucket,
    zone: &TimeZone,
    cutoff: Cutoff,
) -> Result<At<Vec<BucketCount>>, CountError> {
    let extent = extent(pool, filter, cutoff).await?;
    let Some(covered) = extent.value else { return Ok(extent.map(|_| Vec::new())) };
    let buckets = buckets::buckets(&covered, bucket, zone, BUCKETS_MAX);
    let buckets = buckets.ok_or(CountError::TooManyBuckets)?;
    let bounds = Bounds::of(&buckets);
    let counted = count(pool, filter, cutoff, &bounds.times()).await?;
    Ok(counted.map(|counted| bounds.sum(&counted, &buckets)))
}

/// The range with its open sides replaced by the first and the last message of then; `None` if nothing is left of it.
async fn extent(
    pool: &Pool,
    filter: &MessageFilter,
    cutoff: Cutoff,
) -> Result<At<Option<TimeRange>>, CountError> {
    let range = &filter.range;
    if !range.is_open_at_start() && !range.is_open_at_end() {
        return Ok(At { position: i64::MAX, value: Some(range.clone()) });
    }
    let counted = count(pool, filter, cutoff, &[]).await?;
    Ok(counted.map(|counted| {
        let (first, last) = counted.extent?;
        range.closed_at(first.into(), Timestamp::from(last).next())
    }))
}

/// Counts what the filter means, cut at rising bounds.
async fn count(
    pool: &Pool,
    filter: &MessageFilter,
    cutoff: Cutoff,
    bounds: &[OffsetDateTime],
) -> Result<At<Counted>, CountError> {
    let is_one_range = filter.tags.is_none() && (filter.author.is_none() || filter.tag.is_any());
    if is_one_range {
        entries(pool, filter, cutoff, bounds).await
    } else {
        one_by_one(pool, filter, cutoff, bounds).await
    }
}

macro_rules! count {
    ($name:literal) => {
        concat!(include_str!($name), include_str!("../sum_fitting.sql"))
    };
}

/// Where one range of an index holds them.
async fn entries(
    pool: &Pool,
    filter: &MessageFilter,
    cutoff: Cutoff,
    bounds: &[OffsetDateTime],
) -> Result<At<Counted>, CountError> {
    // By author their rows are read, too.
    let (sql, looks_max, too_many) = match filter.author {
        None => (count!("count_by_tag.sql"), COUNTED_ENTRIES_MAX, CountError::TooManyOfThePast),
        Some(_) => (count!("count_by_author.sql"), COUNTED_LOOKS_MAX, CountError::TooManyMessages),
    };
    let wanted = Wanted::of(filter);
    let query = || {
        let query = sqlx::query_as::<_, Row>(sql);
        let query = match filter.author {
            None => query.bind(filter.tag.as_str()),
            Some(author) => query.bind(author),
        };
        let query = query.bind(end(filter, cutoff)).bind(wanted.start).bind(&wanted.gaps);
        query.bind(looks_max + 1).bind(cutoff.position).bind(bounds).fetch_all(pool)
    };
    Counted::of(&run(query).await?, bounds, looks_max).ok_or(too_many)
}

async fn one_by_one(
    pool: &Pool,
    filter: &MessageFilter,
    cutoff: Cutoff,
    bounds: &[OffsetDateTime],
) -> Result<At<Counted>, CountError> {
    let wanted = Wanted::of(filter);
    let query = || {
        sqlx::query_as::<_, Row>(walk!(wanted.author, "count_matching.sql", "../sum_fitting.sql"))
            .bind(wanted.any)
            .bind(&wanted.all)
            .bind(wanted.none)
            .bind(end(filter, cutoff))
            // Ids are positive: nothing of the end itself.
            .bind(0_i64)
            .bind(wanted.start)
            .bind(&wanted.gaps)
            .bind(COUNTED_LOOKS_MAX + 1)
            .bind(wanted.author)
            .bind(cutoff.position)
            .bind(bounds)
            .fetch_all(pool)
    };
    Counted::of(&run(query).await?, bounds, COUNTED_LOOKS_MAX).ok_or(CountError::TooManyMessages)
}

/// Behind the newest message of then there is nothing to count.
fn end(filter: &MessageFilter, cutoff: Cutoff) -> OffsetDateTime {
    filter.range.end().min(cutoff.created_before()).to_time()
}
