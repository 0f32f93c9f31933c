//! What a projection worker last saw of its log, for those who watch it through the database.

use postgres_kit::Pool;
use time::OffsetDateTime;

use crate::write::checkpoint::ProjectionKey;
use crate::write::error::WriteError;

#[derive(Debug, Clone, Copy)]
pub struct Heartbeat {
    /// Position of the log's newest event.
    pub head: i64,
    /// Until when the rows are known to be complete.
    pub complete_until: OffsetDateTime,
}

pub async fn beat(pool: &Pool, key: &ProjectionKey, heartbeat: Heartbeat) -> Result<(), WriteError> {
    sqlx::query(include_str!("heartbeat/beat.sql"))
        .bind(key.projection)
        .bind(key.version)
        .bind(i16::from(key.shard))
        .bind(heartbeat.head)
        .bind(heartbeat.complete_until)
        .execute(pool)
        .await?;
    Ok(())
}

/// Tells those who watch that the worker does not fold the log that it found. The next beat takes it back.
pub async fn refuse(pool: &Pool, key: &ProjectionKey, why: &str) -> Result<(), WriteError> {
    sqlx::query(include_str!("heartbeat/refuse.sql"))
        .bind(key.projection)
        .bind(key.version)
        .bind(i16::from(key.shard))
        .bind(why)
        .execute(pool)
        .await?;
    Ok(())
}
