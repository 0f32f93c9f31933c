//! The data set as an auditor sees it: every row of every table of a projection at one position, and the means to mend them.
//!
//! Tables, columns and keys are asked of the catalog, so that none can be forgotten. Rows travel as JSON: slow, and the same
//! for all tables.

mod mend;
mod table;

use std::time::Duration;

use postgres_kit::{Limits, Pool, Pooled, Transaction};

pub use table::Table;

use crate::pool::UrlError;
use crate::write::schema;

/// An open transaction holds back the removal of dead rows and, while it mends, the lane. So an auditor who hangs is cut off.
const IDLE_IN_TRANSACTION_MAX: &str = "5min";
const STATEMENT_MAX: &str = "10min";
/// For sorting rows by key where no index is used.
const WORK_MEM: &str = "8MB";
const CHECK_OUT_MAX: Duration = Duration::from_secs(10);
/// Behind `STATEMENT_MAX`, so that a server that lives says it first.
const SILENCE_MAX: Duration = Duration::from_secs(610);

#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error("the data set cannot be read")]
    Read(#[from] sqlx::Error),
    #[error("a row of {table} cannot be read as JSON")]
    Row {
        table: String,
        #[source]
        source: serde_json::Error,
    },
    #[error("the data set refuses to have {table} mended")]
    Mend {
        table: String,
        #[source]
        source: sqlx::Error,
    },
}

/// How far a projection was folded, and of which log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    pub position: i64,
    pub lineage: String,
}

/// A pool of one connection that is in nobody's way. Connects when first used.
pub fn connect(url: &str, application: &str) -> Result<Pool, UrlError> {
    let options = postgres_kit::options(url, application).map_err(UrlError)?.options([
        ("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION_MAX),
        ("statement_timeout", STATEMENT_MAX),
        ("work_mem", WORK_MEM),
        ("jit", "off"),
        // In which times are printed.
        ("timezone", "UTC"),
    ]);
    Ok(Pool::new(options, Limits { connections_max: 1, check_out: CHECK_OUT_MAX, statement: SILENCE_MAX }))
}

/// A transaction in which nothing moves, and the version of a projection that is published there.
#[derive(Debug)]
pub struct Audit {
    transaction: Transaction<Pooled>,
    projection: &'static str,
    version: i32,
    shard: u8,
    checkpoint: Option<Checkpoint>,
}

impl Audit {
    /// One snapshot, read-only, while everybody goes on.
    pub async fn look(pool: &Pool, projection: &'static str, shard: u8) -> Result<Self, AuditError> {
        let mut transaction = pool.begin().await?;
        sqlx::query(include_str!("audit/look.sql")).execute(&mut *transaction).await?;
        Self::at_checkpoint(transaction, projection, shard, include_str!("audit/checkpoint.sql")).await
    }

    /// With the checkpoint locked, so that the lane waits and the rows are the auditor's to mend.
    pub async fn lock(pool: &Pool, projection: &'static str, shard: u8) -> Result<Self, AuditError> {
        loop {
            let transaction = pool.begin().await?;
            let lock = include_str!("audit/lock.sql");
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
        let parked = sqlx::query_scalar(include_str!("audit/parked.sql"))
            .bind(self.projection)
            .bind(self.version)
            .bind(i16::from(self.shard))
            .fetch_all(&mut *self.transaction)
            .await?;
        Ok(parked)
    }

    /// See migration 0013.
    pub async fn divided_from(&mut self) -> Result<i64, AuditError> {
        let sql = include_str!("audit/divided_from.sql");
        Ok(sqlx::query_scalar(sql).fetch_one(&mut *self.transaction).await?)
    }

    /// All tables of the projection.
    pub async fn tables(&mut self) -> Result<Vec<Table>, AuditError> {
        let schema = schema(self.projection, self.version);
        let sql = include_str!("audit/tables.sql");
        Ok(sqlx::query_as(sql).bind(schema).fetch_all(&mut *self.transaction).await?)
    }

    /// Ends it. What was mended is kept, the lane goes on.
    pub async fn commit(self) -> Result<(), AuditError> {
        Ok(self.transaction.commit().await?)
    }

    /// Ends it without a trace.
    pub async fn leave(self) -> Result<(), AuditError> {
        Ok(self.transaction.rollback().await?)
    }
}

async fn published(transaction: &mut Transaction<Pooled>, projection: &str) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar(include_str!("audit/published.sql"))
        .bind(projection)
        .fetch_one(&mut **transaction)
        .await
}
