//! How far a lane has come, and the fence that lets only one worker take each step.

use planted_bugs::planted;
use sqlx::PgConnection;
use sqlx::postgres::PgPool;

use super::WriteError;

/// One projection on one shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    pub projection: &'static str,
    pub version: i32,
    pub shard: u8,
    /// The log that is folded.
    pub lineage: String,
}

/// The position to go on from; begins at 0 where the lane is new. Refuses rows of another log.
pub async fn resume(pool: &PgPool, lane: &Lane) -> Result<i64, WriteError> {
    let (position, lineage): (i64, String) = sqlx::query_as(include_str!("checkpoint/resume.sql"))
        .bind(lane.projection)
        .bind(lane.version)
        .bind(i16::from(lane.shard))
        .bind(&lane.lineage)
        .fetch_one(pool)
        .await?;
    if lineage == lane.lineage {
        Ok(position)
    } else {
        Err(WriteError::OtherLineage { expected: lane.lineage.clone(), found: lineage })
    }
}

pub(super) async fn advance(
    connection: &mut PgConnection,
    lane: &Lane,
    from: i64,
    to: i64,
) -> Result<(), WriteError> {
    let sql = if planted("no-fence") {
        include_str!("checkpoint/advance_unfenced.sql")
    } else {
        include_str!("checkpoint/advance.sql")
    };
    let moved = sqlx::query(sql)
        .bind(lane.projection)
        .bind(lane.version)
        .bind(i16::from(lane.shard))
        .bind(&lane.lineage)
        .bind(from)
        .bind(to)
        .execute(connection)
        .await?
        .rows_affected();
    if moved == 1 { Ok(()) } else { Err(WriteError::Fenced) }
}
