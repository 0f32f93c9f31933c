//! Another version in the place of the one that is published: all views and the state of both versions in one
//! transaction.
//!
//! - **No mixture.** A statement locks the views that it names before it takes its snapshot, and keeps them until its
//!   end; replacing a view waits for that. So all of a statement is on one side of the switch, its position included.
//! - **No step back.** The checkpoint of the old version is locked, so it does not move; the new one is not behind it.
//! - **No standstill.** A transaction that waits for a view makes all later statements wait. So the switch waits only
//!   shortly, less than the server waits with a deadlock, and is tried again.

use std::time::Duration;

use postgres_kit::{Connection, Transaction};
use sqlx::AssertSqlSafe;
use tokio::time::Instant;

use super::error::VersionError;
use super::hold::Hold;
use super::search_path::look_in;
use crate::analysts;
use crate::write::schema;

/// The other version's worker is as fast as the one that stands still for it.
const CATCH_UP_LIMIT: Duration = Duration::from_secs(5);
const CATCH_UP_PERIOD: Duration = Duration::from_millis(10);
/// What Postgres answers when a lock is not had in time.
const LOCK_NOT_AVAILABLE: &str = "55P03";
/// A batch of either version may be under way; nobody waits behind us for it.
const PATIENCE_WITH_BATCHES: &str = "10s";
/// Below the second after which the server ends one of two statements that wait for each other.
const PATIENCE_WITH_READERS: &str = "200ms";

/// A switch that has begun: the published version stands still. Dropped, nothing has happened.
#[derive(Debug)]
pub struct Switch<'a> {
    transaction: Transaction<&'a mut Connection>,
    projection: &'a str,
    published: i32,
    /// Where the published version stands.
    pub position: i64,
}

/// Where a version stands; it stays there until the end of the transaction. Index: checkpoint_pk.
const HALT: &str =
    "select position from control.checkpoint where projection = $1 and version = $2 and shard = 0 for update";

impl Hold {
    /// Ends the sessions of analysts, for whoever has waited for them long enough; how many there were.
    ///
    /// # Errors
    /// When the database is gone, or does not get it done in time.
    pub async fn make_way(&mut self) -> Result<i64, VersionError> {
        Ok(analysts::make_way(&mut self.connection).await.map_err(busy)?.unwrap_or(0))
    }

    /// Halts the published version between two batches.
    ///
    /// # Errors
    /// When the database is gone, or a batch takes very long.
    pub async fn begin_switch(&mut self, published: i32) -> Result<Switch<'_>, VersionError> {
        let Self { connection, projection } = self;
        let mut transaction = connection.begin().await?;
        wait_at_most(&mut transaction, PATIENCE_WITH_BATCHES).await?;
        let position: Option<i64> = sqlx::query_scalar(HALT)
            .bind(&*projection)
            .bind(published)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(busy)?;
        Ok(Switch { transaction, projection, published, position: position.unwrap_or(0) })
    }
}

/// From how many logs some versions were folded; positions of two cannot be compared. Index: checkpoint_pk.
const LINEAGES: &str =
    "select count(distinct lineage) from control.checkpoint where projection = $1 and version = any($2)";

/// The version that everybody sees. Index: projection_pk; projection_published allows one.
const PUBLISH: &str = "update control.projection set state = 'published', since = clock_timestamp() \
    where projection = $1 and version = $2";

/// The published version makes room, and is folded on. Index: projection_pk.
const RETIRE: &str = "update control.projection set state = 'standby', since = clock_timestamp() \
    where projection = $1 and version = $2";

impl Switch<'_> {
    /// Publishes another version, as soon as its worker has reached the published one's position.
    ///
    /// # Errors
    /// `Behind` or `Busy` where it can be tried again with a new switch. Nothing has changed then.
    pub async fn publish(mut self, version: i32) -> Result<(), VersionError> {
        let prepared = self.prepare(version).await;
        if prepared.is_ok() {
            return Ok(self.transaction.commit().await?);
        }
        // At once, and not when the connection is used next: the published version stands still. The error is reported.
        self.transaction.rollback().await.ok();
        prepared
    }

    async fn prepare(&mut self, version: i32) -> Result<(), VersionError> {
        let lineages: i64 = sqlx::query_scalar(LINEAGES)
            .bind(self.projection)
            .bind([self.published, version])
            .fetch_one(&mut *self.transaction)
            .await?;
        if lineages > 1 {
            return Err(VersionError::OtherLog { version });
        }
        let (deadline, needed) = (Instant::now() + CATCH_UP_LIMIT, self.position);
        loop {
            let position = self.read(include_str!("position.sql"), version).await?;
            if position >= needed {
                break;
            }
            if Instant::now() >= deadline {
                return Err(VersionError::Behind { version, position, needed });
            }
            tokio::time::sleep(CATCH_UP_PERIOD).await;
        }
        self.read(HALT, version).await?;
        wait_at_most(&mut self.transaction, PATIENCE_WITH_READERS).await?;
        self.replace_views(version).await.map_err(busy)?;
        sqlx::query(RETIRE)
            .bind(self.projection)
            .bind(self.published)
            .execute(&mut *self.transaction)
            .await?;
        sqlx::query(PUBLISH).bind(self.projection).bind(version).execute(&mut *self.transaction).await?;
        Ok(())
    }

    async fn read(&mut self, sql: &'static str, version: i32) -> Result<i64, VersionError> {
        let position = sqlx::query_scalar(sql).bind(self.projection).bind(version);
        let position: Option<i64> = position.fetch_optional(&mut *self.transaction).await.map_err(busy)?;
        Ok(position.unwrap_or(0))
    }

    /// Their columns stay the same, so grants, comments and all that depends on them stay, too.
    async fn replace_views(&mut self, version: i32) -> Result<(), sqlx::Error> {
        let (old, new) = (schema(self.projection, self.published), schema(self.projection, version));
        // The definitions name the tables of the search path without a schema, and mean those of the next one.
        look_in(&mut self.transaction, &old).await?;
        let views: Vec<String> = sqlx::query_scalar(include_str!("views.sql"))
            .bind(&old)
            .fetch_all(&mut *self.transaction)
            .await?;
        look_in(&mut self.transaction, &new).await?;
        for view in views {
            sqlx::raw_sql(AssertSqlSafe(view)).execute(&mut *self.transaction).await?;
        }
        Ok(())
    }
}

/// How long this transaction waits for a lock from here on. Index: none.
const PATIENCE: &str = "select set_config('lock_timeout', $1, true)";

async fn wait_at_most(connection: &mut Connection, patience: &str) -> Result<(), sqlx::Error> {
    sqlx::query(PATIENCE).bind(patience).execute(connection).await.map(drop)
}

fn busy(error: sqlx::Error) -> VersionError {
    let code = error.as_database_error().and_then(|error| error.code());
    if code.as_deref() == Some(LOCK_NOT_AVAILABLE) {
        VersionError::Busy(error)
    } else {
        VersionError::Refused(error)
    }
}
