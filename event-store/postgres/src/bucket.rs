//! Buckets of entries beside the log.
//!
//! Each call is one statement with a transaction of its own. Revisions come from one sequence, so an entry that was
//! deleted and made again has another one than before. A deletion stays as an entry without a value for a while, so
//! that a writer who read what was there before is refused; what has expired counts as never written.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use domain::Shard;
use event_store::buckets::{
    ATTEMPTS, Bucket, BucketEntry, BucketError, BucketKind, Buckets, CONSUMERS, CREDENTIALS, JOBS, MAILS,
    OWNERS, REGISTRATIONS, REVOCATIONS, SESSIONS, SIGNING_KEYS, WEBHOOKS, Written,
};
use event_store::{Cause, OpenError};
use postgres_kit::{Limits, Pool};

use crate::database::Database;
use crate::error::unopened;

/// How long a deletion is remembered: longer than any request lives.
const DELETION_AGE_MAX: Duration = Duration::from_secs(3_600);
/// How long one request waits, a connection included. A log-in makes about six, which have to fit into a request's
/// deadline where the server is merely busy.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// Within that, so that a dead connection is known as such.
const STATEMENT_LIMIT: Duration = Duration::from_secs(4);
const SWEEP_PERIOD: Duration = Duration::from_secs(600);
const SWEEP_LIMIT: Duration = Duration::from_secs(60);

#[derive(Debug, Clone)]
pub struct PostgresBucket {
    pool: Pool,
    shard: i16,
    name: &'static str,
    age_max: Option<Duration>,
}

impl PostgresBucket {
    /// Entries of the name, each kept for so long after its last change.
    pub(crate) fn new(pool: &Pool, shard: Shard, name: &'static str, age_max: Option<Duration>) -> Self {
        let pool = pool.with_statement_limit(STATEMENT_LIMIT);
        Self { pool, shard: i16::from(shard.0), name, age_max }
    }

    /// Replaces the entry, or deletes it, if it still has that revision; gives its new one.
    pub(crate) async fn replace(
        &self,
        key: &str,
        value: Option<&[u8]>,
        revision: u64,
    ) -> Result<Option<u64>, BucketError> {
        let age_max = if value.is_some() { self.age_max } else { Some(DELETION_AGE_MAX) };
        let sql =
            if revision == 0 { include_str!("bucket/make.sql") } else { include_str!("bucket/replace.sql") };
        let write = sqlx::query_scalar::<_, i64>(sql)
            .bind(self.shard)
            .bind(self.name)
            .bind(key)
            .bind(value)
            .bind(age_max.map(|age| age.as_secs_f64()))
            // A revision that no entry can have finds none.
            .bind(i64::try_from(revision).unwrap_or(i64::MAX))
            .fetch_optional(&self.pool);
        Ok(self.bounded(write).await?.map(i64::unsigned_abs))
    }

    async fn bounded<T>(
        &self,
        request: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, BucketError> {
        let unavailable = |reason| BucketError::Unavailable { bucket: self.name.to_owned(), reason };
        match tokio::time::timeout(REQUEST_TIMEOUT, request).await {
            Ok(result) => result.map_err(|error| unavailable(Cause::new(error))),
            Err(_) => Err(unavailable(Cause::new("no answer from the database"))),
        }
    }
}

pub(crate) fn buckets(database: &Database) -> Buckets {
    let open = |kind: BucketKind| -> Arc<dyn Bucket> {
        Arc::new(PostgresBucket::new(&database.pool, database.shard, kind.name, kind.age_max))
    };
    Buckets {
        credentials: open(CREDENTIALS),
        sessions: open(SESSIONS),
        signing_keys: open(SIGNING_KEYS),
        attempts: open(ATTEMPTS),
        owners: open(OWNERS),
        revocations: open(REVOCATIONS),
        mails: open(MAILS),
        registrations: open(REGISTRATIONS),
        jobs: open(JOBS),
        consumers: open(CONSUMERS),
        webhooks: open(WEBHOOKS),
    }
}

/// Whether anybody ever wrote to a bucket. Of registrations a tool sees nothing before the first invitation: there,
/// whether a dispatcher ever wrote anything. The ledger of jobs, durables and webhooks are there as soon as the tables are. Index: entry's primary key.
const HAS_ANY: &str = "select $2 in ('JOBS', 'CONSUMERS', 'WEBHOOKS') or exists (select from entry where shard = $1 and (bucket = $2 or $2 = 'REGISTRATIONS'))";

/// One of them, for an operator's tool. Fails where no dispatcher has written to it yet.
pub async fn find_bucket(url: &str, shard: Shard, kind: BucketKind) -> Result<Arc<dyn Bucket>, OpenError> {
    let pool = Pool::new(postgres_kit::options(url, "rookery-keys").map_err(unopened)?, Limits::default());
    let bucket = PostgresBucket::new(&pool, shard, kind.name, kind.age_max);
    let has_any = sqlx::query_scalar(HAS_ANY).bind(bucket.shard).bind(kind.name);
    let has_any: bool = has_any.fetch_one(&bucket.pool).await.map_err(unopened)?;
    if has_any {
        Ok(Arc::new(bucket))
    } else {
        Err(OpenError::Unavailable(Cause::new(format!(
            "the database holds nothing of a dispatcher's, the bucket {} neither",
            kind.name
        ))))
    }
}

/// Removes what has expired, until the log is closed. It only frees disk space. The dispatcher does it;
/// others have no right to.
pub(crate) fn sweep_while_open(database: &Arc<Database>) {
    let database = Arc::downgrade(database);
    tokio::spawn(async move {
        while let Some(pool) = database.upgrade().map(|database| database.pool.clone()) {
            if let Err(error) = sweep(&pool).await {
                tracing::debug!(%error, "expired entries stay for now");
            }
            drop(pool);
            tokio::time::sleep(SWEEP_PERIOD).await;
        }
    });
}

/// Removes what has expired in all buckets.
async fn sweep(pool: &Pool) -> Result<(), sqlx::Error> {
    let pool = pool.with_statement_limit(SWEEP_LIMIT);
    sqlx::query(include_str!("bucket/sweep.sql")).execute(&pool).await.map(drop)
}

/// An entry and its revision. Index: entry's primary key.
const READ: &str = "select value, revision \
    from entry \
    where shard = $1 and bucket = $2 and key = $3 and (expires_at is null or expires_at > now())";

#[async_trait]
impl Bucket for PostgresBucket {
    async fn read(&self, key: &str) -> Result<BucketEntry, BucketError> {
        let read = sqlx::query_as::<_, (Option<Vec<u8>>, i64)>(READ)
            .bind(self.shard)
            .bind(self.name)
            .bind(key)
            .fetch_optional(&self.pool);
        Ok(self.bounded(read).await?.map_or_else(BucketEntry::default, |(value, revision)| BucketEntry {
            value: value.map(Bytes::from),
            revision: revision.unsigned_abs(),
        }))
    }

    async fn write(&self, key: &str, value: Option<Bytes>, revision: u64) -> Result<Written, BucketError> {
        match self.replace(key, value.as_deref(), revision).await? {
            Some(_) => Ok(Written::Done),
            None => Ok(Written::Conflict),
        }
    }
}
