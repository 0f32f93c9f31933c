//! What a lane last saw of its log, for those who watch it through the database.

use postgres_kit::Pool;
use time::OffsetDateTime;

use super::{Lane, WriteError};

#[derive(Debug, Clone, Copy)]
pub struct Heartbeat {
    /// Position of the log's newest event.
    pub head: i64,
    /// Until when the rows are known to be complete.
    pub complete_until: OffsetDateTime,
}

pub async fn beat(pool: &Pool, lane: &Lane, heartbeat: Heartbeat) -> Result<(), WriteError> {
    sqlx::query(include_str!("heartbeat/beat.sql"))
        .bind(lane.projection)
        .bind(lane.version)
        .bind(i16::from(lane.shard))
        .bind(heartbeat.head)
        .bind(heartbeat.complete_until)
        .execute(pool)
        .await?;
    Ok(())
}

/// Tells those who watch that the lane does not fold the log that it found. The next beat takes it back.
pub async fn refuse(pool: &Pool, lane: &Lane, why: &str) -> Result<(), WriteError> {
    sqlx::query(include_str!("heartbeat/refuse.sql"))
        .bind(lane.projection)
        .bind(lane.version)
        .bind(i16::from(lane.shard))
        .bind(why)
        .execute(pool)
        .await?;
    Ok(())
}
