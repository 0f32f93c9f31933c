//! The transaction of an auditor.

use postgres_kit::{Pool, Pooled, Transaction};

use super::error::AuditError;
use super::table::Table;
use crate::write::schema;

/// How far a projection was folded, and of which log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    pub position: i64,
    pub lineage: String,
}

/// A transaction in which nothing moves, and the version of a projection that is published there.
#[derive(Debug)]
pub struct Audit {
    pub(super) transaction: Transaction<Pooled>,
    projection: &'static str,
    version: i32,
    shard: u8,
    checkpoint: Option<Checkpoint>,
}

/// The position that the rows are at. Index: checkpoint_pk.
const CHECKPOINT: &str =
    "select position, lineage from control.checkpoint where projection = $1 and version = $2 and shard = $3";

/// The position that the rows are at, kept there: the fence of a batch updates this row, and waits. In a
/// transaction that reads what is committed, so the statements behind it see the batch that it waited for.
/// Index: checkpoint_pk.
const LOCK: &str = "select position, lineage from control.checkpoint \
    where projection = $1 and version = $2 and shard = $3 for update";

/// Every later statement of the transaction sees the same moment. Index: none.
const LOOK: &str = "set transaction isolation level repeatable read, read only";

/// Events that the rows of a version are not a fold of, although the log does not say so. Index:
/// parked_event_pk, the version's range. Why this order: the log's.
const PARKED: &str = "select position from control.parked_event \
    where projection = $1 and version = $2 and shard = $3 and reason <> 'dropped' \
    order by position";

/// From how many messages on a period is split. Index: none.
const SPLIT_FROM: &str = "select control.split_from()";

impl Audit {
    /// One snapshot, read-only, while everybody goes on.
    pub async fn look(pool: &Pool, projection: &'static str, shard: u8) -> Result<Self, AuditError> {
        let mut transaction = pool.begin().await?;
        sqlx::query(LOOK).execute(&mut *transaction).await?;
        Self::at_checkpoint(transaction, projection, shard, CHECKPOINT).await
    }

    /// With the checkpoint locked, so that the projection worker waits and the rows are the auditor's to repair.
    pub async fn lock(pool: &Pool, projection: &'static str, shard: u8) -> Result<Self, AuditError> {
        loop {
            let transaction = pool.begin().await?;
            let mut audit = Self::at_checkpoint(transaction, projection, shard, LOCK).await?;
            // Another version may have been published while the lock was waited for.
            if published(&mut audit.transaction, projection).await? == audit.version {
                return Ok(audit);
            }
            audit.leave().await?;
        }
    }

    async fn at_checkpoint(
        mut transaction: Transaction<Pooled>,
        projection: &'static str,
        shard: u8,
        sql: &'static str,
    ) -> Result<Self, AuditError> {
        let version = published(&mut transaction, projection).await?;
        let found: Option<(i64, String)> = sqlx::query_as(sql)
            .bind(projection)
            .bind(version)
            .bind(i16::from(shard))
            .fetch_optional(&mut *transaction)
            .await?;
        let checkpoint = found.map(|(position, lineage)| Checkpoint { position, lineage });
        Ok(Self { transaction, projection, version, shard, checkpoint })
    }

    /// The version that is looked at.
    pub fn version(&self) -> i32 {
        self.version
    }

    /// `None` where the projection never began.
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        self.checkpoint.as_ref()
    }

    /// Positions of the parked events, in order. What was given up the log says.
    pub async fn parked(&mut self) -> Result<Vec<i64>, AuditError> {
        let parked = sqlx::query_scalar(PARKED)
            .bind(self.projection)
            .bind(self.version)
            .bind(i16::from(self.shard))
            .fetch_all(&mut *self.transaction)
            .await?;
        Ok(parked)
    }

    /// See migration 0013.
    pub async fn split_from(&mut self) -> Result<i64, AuditError> {
        Ok(sqlx::query_scalar(SPLIT_FROM).fetch_one(&mut *self.transaction).await?)
    }

    /// All tables of the projection.
    pub async fn tables(&mut self) -> Result<Vec<Table>, AuditError> {
        let schema = schema(self.projection, self.version);
        let sql = include_str!("tables.sql");
        Ok(sqlx::query_as(sql).bind(schema).fetch_all(&mut *self.transaction).await?)
    }

    /// Ends it. What was repaired is kept, the worker goes on.
    pub async fn commit(self) -> Result<(), AuditError> {
        Ok(self.transaction.commit().await?)
    }

    /// Ends it without a trace.
    pub async fn leave(self) -> Result<(), AuditError> {
        Ok(self.transaction.rollback().await?)
    }
}

/// The version that everybody reads. Index: projection_published.
const PUBLISHED: &str =
    "select version from control.projection where projection = $1 and state = 'published'";

async fn published(transaction: &mut Transaction<Pooled>, projection: &str) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar(PUBLISHED).bind(projection).fetch_one(&mut **transaction).await
}
