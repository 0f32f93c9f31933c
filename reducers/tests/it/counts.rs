//! What is counted from folded counts equals what is counted row by row, whatever is folded.

use std::sync::Arc;

use data_set::Pool;
use data_set::pool::{PoolOptions, connect};
use data_set::read::{MessageFilter, TagFilter, TimeRange, Timestamp, count_messages};
use domain::Shard;
use event_store::{EventLog, InMemoryLog};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use time::{Duration, OffsetDateTime};

use crate::history::Author;
use crate::rows::DataSet;

const SCAN: &str = "select count(*) from published.messages
    where ($1 = '' or tags @> array[$1]) and ($2::bigint is null or author = $2)
      and created_at >= $3 and created_at < $4";
/// Rows that the view has and the messages do not give, or the other way round.
const TAG_COUNTS_THAT_DIFFER: &str = "
    with expected as (
        select tag, granularity::text, date_trunc(granularity::text, created_at, 'UTC') as starts_at, count(*) as messages
        from published.message_tags
        cross join unnest(array['minute', 'hour', 'day', 'month']::control.granularity[]) as g (granularity)
        group by 1, 2, 3)
    (table expected except select * from published.tag_counts)
    union all (select * from published.tag_counts except table expected)";
const AUTHOR_COUNTS_THAT_DIFFER: &str = "
    with expected as (
        select author, tag, date_trunc('day', created_at, 'UTC') as starts_at, count(*) as messages
        from published.message_tags group by 1, 2, 3)
    (table expected except select * from published.author_counts)
    union all (select * from published.author_counts except table expected)";

/// On clocks that are half an hour or three quarters off, and at daylight saving of half an hour.
const LOCAL_COUNTS_THAT_DIFFER: &str = "
    with expected as (
        select zone, bucket, tag, date_trunc(bucket, created_at, zone) as starts_at, count(*) as messages
        from published.message_tags
        cross join unnest(array['Asia/Kolkata', 'Asia/Kathmandu', 'Australia/Lord_Howe']) as z (zone)
        cross join unnest(array['hour', 'day']) as b (bucket)
        where tag in ('', 'birds') and created_at >= $1 and created_at < $2
        group by 1, 2, 3, 4
    ), counted as (
        select zone, bucket, tag, c.starts_at, c.messages
        from unnest(array['Asia/Kolkata', 'Asia/Kathmandu', 'Australia/Lord_Howe']) as z (zone)
        cross join unnest(array['hour', 'day']) as b (bucket)
        cross join unnest(array['', 'birds']) as t (tag)
        cross join lateral published.local_counts(bucket, zone, $1, $2, tag) c)
    (table expected except table counted) union all (table counted except table expected)";

async fn folded_history() -> (DataSet, Pool) {
    let data_set = DataSet::start().await;
    let log: Arc<dyn EventLog> = Arc::new(InMemoryLog::new(Shard(0)));
    Author::new(Arc::clone(&log), 30).write(600).await;
    let worker = data_set.fold(Arc::clone(&log));
    data_set.caught_up(&*log).await;
    worker.stop().await;
    let options = PoolOptions::reader("test", 1);
    let pool = connect(&data_set.postgres.url(), &options).expect("a URL");
    (data_set, pool)
}

#[tokio::test]
async fn counts_equal_the_rows_for_any_range_tag_and_author() {
    let (data_set, pool) = folded_history().await;
    let mut random = StdRng::seed_from_u64(31);
    let now = OffsetDateTime::now_utc();
    for _ in 0..600 {
        let length = [90, 4_000, 90_000, 400_000, 90_000_000][random.random_range(0..5)];
        let start = now - Duration::microseconds(random.random_range(0..300_000_000_000));
        let end = start + Duration::microseconds(random.random_range(1..length * 1_000_000));
        let tag = ["", "birds", "at-dusk", "x"][random.random_range(0..4)];
        let author = random.random_bool(0.5).then(|| random.random_range(1..=4));
        let range =
            TimeRange::new(Some(Timestamp::from(start)), Some(Timestamp::from(end))).expect("not empty");
        let tag_filter = if tag.is_empty() { TagFilter::any() } else { TagFilter::of(tag) };
        let filter = MessageFilter { tag: tag_filter, tags: None, author, range: range.clone() };
        let counted = count_messages(&pool, &filter).await.expect("counted").value;
        let rows: i64 = sqlx::query_scalar(SCAN)
            .bind(tag)
            .bind(author)
            .bind(range.start().to_time())
            .bind(range.end().to_time())
            .fetch_one(&data_set.pool)
            .await
            .expect("scanned");
        assert_eq!(counted, rows, "{filter:?}");
    }
}

#[tokio::test]
async fn published_counts_are_complete() {
    let (data_set, _pool) = folded_history().await;
    for differences in [TAG_COUNTS_THAT_DIFFER, AUTHOR_COUNTS_THAT_DIFFER] {
        let rows = sqlx::query(differences).fetch_all(&data_set.pool).await.expect("compared");
        assert_eq!(rows.len(), 0, "{differences}");
    }
}

#[tokio::test]
async fn counts_on_any_clock_are_complete() {
    let (data_set, _pool) = folded_history().await;
    let mut random = StdRng::seed_from_u64(32);
    let now = OffsetDateTime::now_utc();
    for _ in 0..20 {
        let start = now - Duration::microseconds(random.random_range(0..300_000_000_000));
        let end = start + Duration::microseconds(random.random_range(1..600_000_000_000));
        let rows =
            sqlx::query(LOCAL_COUNTS_THAT_DIFFER).bind(start).bind(end).fetch_all(&data_set.pool).await;
        assert_eq!(rows.expect("compared").len(), 0, "{start} {end}");
    }
}
