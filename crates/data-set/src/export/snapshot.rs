//! One moment of the data set, held only while rows are read from it.

use std::time::Duration;

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use postgres_kit::{Connection, Pool};
use sqlx::AssertSqlSafe;

use super::data_set::DataSet;
use super::error::ExportError;
use super::statement;

/// In `pg_stat_activity`.
const APPLICATION: &str = "rookery-export";
/// The longest that a snapshot is held: so long dead rows stay, and a rebuild's switch may have to wait.
pub const SNAPSHOT_MAX_DEFAULT: Duration = Duration::from_secs(30);
/// How long to wait for the server's error after its own limit has passed.
const MARGIN: Duration = Duration::from_secs(1);
/// For sorting rows whose key no index has.
const WORK_MEM: &str = "32MB";
/// A receipt names them all.
const LEFT_OUT_MAX: usize = 10_000;

/// What rows of a snapshot are a fold of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Which log.
    pub lineage: String,
    /// Every event up to it, except those that are left out.
    pub position: i64,
    /// Positions of events that are parked, wait or were given up, in order.
    pub left_out: Vec<i64>,
}

/// Dropped, its connection is closed, which ends what the server still does for it.
#[derive(Debug)]
pub struct Snapshot {
    connection: Connection,
    data_set: DataSet,
    pub head: Head,
}

/// Everything behind the locks is of one moment. Index: none.
const BEGIN: &str = "begin isolation level repeatable read read only";

/// What the views of a projection reflect. Index: projection_published, checkpoint_pk.
const HEAD: &str = "select version, lineage, position from published.projections \
    where projection = $1 and state = 'published' and shard = 0";

/// Events that are not in the rows. Index: parked_event_pk. Why this order: the log's.
const LEFT_OUT: &str = "select position from control.left_out_events \
    where projection = $1 and version = $2 and shard = 0 order by position limit $3";

impl Snapshot {
    /// On a connection of its own to the server of a pool.
    ///
    /// # Errors
    /// When the data set cannot be read, or was never folded.
    pub async fn take(pool: &Pool, data_set: DataSet, held_max: Duration) -> Result<Self, ExportError> {
        let limit = format!("{}ms", held_max.as_millis());
        let settings = [
            ("statement_timeout", limit.clone()),
            ("idle_in_transaction_session_timeout", limit),
            ("work_mem", WORK_MEM.to_owned()),
            // All rows are wanted: whatever plan is the fastest for that.
            ("enable_seqscan", "on".to_owned()),
            ("enable_bitmapscan", "on".to_owned()),
            ("max_parallel_workers_per_gather", "0".to_owned()),
            ("jit", "off".to_owned()),
            ("timezone", "UTC".to_owned()),
        ];
        let mut connection = pool.open_beside(APPLICATION, &settings, held_max + MARGIN).await?;
        sqlx::raw_sql(BEGIN).execute(&mut connection).await?;
        // Before the snapshot: a switch that replaced the views behind it would show rows of another version, which
        // are at another position.
        sqlx::raw_sql(AssertSqlSafe(statement::lock(&data_set))).execute(&mut connection).await?;
        let projection = data_set.projection;
        let head: Option<(i32, String, i64)> =
            sqlx::query_as(HEAD).bind(projection).fetch_optional(&mut connection).await?;
        let (version, lineage, position) = head.ok_or(ExportError::NotFolded)?;
        let max = i64::try_from(LEFT_OUT_MAX).unwrap_or(i64::MAX).saturating_add(1);
        let left_out = sqlx::query_scalar(LEFT_OUT).bind(projection).bind(version).bind(max);
        let left_out: Vec<i64> = left_out.fetch_all(&mut connection).await?;
        if left_out.len() > LEFT_OUT_MAX {
            return Err(ExportError::TooManyLeftOut { max: LEFT_OUT_MAX });
        }
        Ok(Self { connection, data_set, head: Head { lineage, position, left_out } })
    }

    /// All rows, or with `since` what changed behind that position, as a binary copy in the order of the key.
    ///
    /// # Errors
    /// When the data set does not keep what changed, or `since` lies ahead of it. The stream ends with an error when
    /// the server does not come to its end.
    pub fn rows(
        &mut self,
        since: Option<i64>,
    ) -> Result<BoxStream<'_, Result<Bytes, ExportError>>, ExportError> {
        let position = self.head.position;
        let sql = match since {
            None => statement::all(&self.data_set),
            Some(since) if since > position => return Err(ExportError::NotReached { since, position }),
            Some(since) => statement::since(&self.data_set, since)?,
        };
        Ok(self.connection.copy_out(sql).map_err(ExportError::from).boxed())
    }
}
