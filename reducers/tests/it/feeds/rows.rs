//! Folds events into a data set of its own, without a worker, and reads the rows.

use std::collections::BTreeMap;

use data_set::Pool;
use data_set::write::{self, FanOutLimit};
use domain::Position;
use event_store::RecordedEvent;
use reducers::feeds;
use testkit::Postgres;

use crate::rows::{Rows, write_batch};
use verifier::Inputs;
use verifier::feeds::ReadableFeeds;

pub(crate) const TABLES: [&str; 7] = ["follow", "blocked", "entry", "author", "feed", "merged", "former"];

pub(crate) struct Feeds {
    _postgres: Postgres,
    pub(crate) pool: Pool,
    key: write::ProjectionKey,
}

impl Feeds {
    pub(crate) async fn start() -> Self {
        let postgres = Postgres::start().await;
        data_set::migrate::migrate(&postgres.url()).await.expect("migrated");
        let pool = write::connect(&postgres.url(), "test", "feeds_v1").expect("a URL");
        let key =
            write::ProjectionKey { projection: "feeds", version: 1, shard: 0, lineage: "test".to_owned() };
        write::resume(&pool, &key).await.expect("a checkpoint");
        Self { _postgres: postgres, pool, key }
    }

    /// Folds everything from the first event on into empty tables, in batches: `size` is asked for each, and told how
    /// many events are left.
    pub(crate) async fn fold_all(
        &self,
        limit: u32,
        events: &[RecordedEvent],
        mut size: impl FnMut(usize) -> usize,
    ) {
        for table in TABLES {
            let sql = format!("truncate feeds_v1.{table}");
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&self.pool).await.expect("emptied");
        }
        sqlx::query("update control.checkpoint set position = 0").execute(&self.pool).await.expect("reset");
        let mut rest = events;
        while !rest.is_empty() {
            let (batch, later) = rest.split_at(size(rest.len()));
            rest = later;
            self.fold(limit, batch).await;
        }
    }

    /// Folds one more batch.
    pub(crate) async fn fold(&self, limit: u32, batch: &[RecordedEvent]) {
        let fold = feeds::Feeds { limit: FanOutLimit::new(limit) };
        let from = write::resume(&self.pool, &self.key).await.expect("a checkpoint");
        let from = Position::from_i64(from.position).expect("not negative");
        write_batch(&fold, &self.pool, &self.key, from, batch).await.expect("written");
    }

    pub(crate) async fn rows(&self) -> Rows {
        rows(&self.pool).await
    }

    /// Which authors are merged on read.
    pub(crate) async fn inputs(&self) -> Inputs {
        let flagged: Vec<i64> = sqlx::query_scalar("select account from feeds_v1.author where is_merged")
            .fetch_all(&self.pool)
            .await
            .expect("readable");
        let merged: Vec<(i64, i64, i64)> = sqlx::query_as("select owner, author, since from feeds_v1.merged")
            .fetch_all(&self.pool)
            .await
            .expect("readable");
        Inputs {
            position: i64::MAX - 1,
            split_from: 0,
            merged_authors: flagged.into_iter().collect(),
            merged: merged.into_iter().map(|(owner, author, since)| ((owner, author), since)).collect(),
        }
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.expect("a number")
    }

    pub(crate) async fn readable(&self) -> ReadableFeeds {
        readable(&self.pool).await
    }
}

pub(crate) async fn rows(pool: &Pool) -> Rows {
    let mut rows = Rows::new();
    for table in TABLES {
        let sql = format!("select to_jsonb(t)::text from feeds_v1.{table} t order by 1");
        let found: Vec<String> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(pool).await.expect("readable");
        rows.insert(table.to_owned(), found);
    }
    rows
}

/// What owners see of those whom they follow: what is written, and what is merged on read. An entry that was in both
/// would be there twice.
pub(crate) async fn readable(pool: &Pool) -> ReadableFeeds {
    let rows: Vec<(i64, i64, i64, i64)> =
        sqlx::query_as(include_str!("readable.sql")).fetch_all(pool).await.expect("readable");
    let mut feeds = BTreeMap::new();
    for (owner, position, author, message) in rows {
        feeds.entry(owner).or_insert_with(Vec::new).push((position, author, message));
    }
    feeds
}
