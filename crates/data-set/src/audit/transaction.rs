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

impl Audit {
    /// One snapshot, read-only, while everybody goes on.
    pub async fn look(pool: &Pool, projection: &'static str, shard: u8) -> Result<Self, AuditError> {
        let mut transaction = pool.begin().await?;
        sqlx::query(include_str!("look.sql")).execute(&mut *transaction).await?;
        Self::at_checkpoint(transaction, projection, shard, include_str!("checkpoint.sql")).await
    }

    /// With the checkpoint locked, so that the projection worker waits and the rows are the auditor's to repair.
    pub async fn lock(pool: &Pool, projection: &'static str, shard: u8) -> Result<Self, AuditError> {
        loop {
            let transaction = pool.begin().await?;
            let lock = include_str!("lock.sql");
            let mut audit = Self::at_checkpoint(transaction, projection, shard, lock).await?;
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
        let parked = sqlx::query_scalar(include_str!("parked.sql"))
            .bind(self.projection)
            .bind(self.version)
            .bind(i16::from(self.shard))
            .fetch_all(&mut *self.transaction)
            .await?;
        Ok(parked)
    }

    /// See migration 0013.
    pub async fn split_from(&mut self) -> Result<i64, AuditError> {
        let sql = include_str!("split_from.sql");
        Ok(sqlx::query_scalar(sql).fetch_one(&mut *self.transaction).await?)
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

async fn published(transaction: &mut Transaction<Pooled>, projection: &str) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar(include_str!("published.sql")).bind(projection).fetch_one(&mut **transaction).await
}
