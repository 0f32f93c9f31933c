//! How far a projection is folded, and the fence that lets only one worker take each step.

use postgres_kit::Connection;
use postgres_kit::Pool;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::write::error::WriteError;

/// One projection on one shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectionKey {
    pub projection: &'static str,
    pub version: i32,
    pub shard: u8,
    /// The log that is folded.
    pub lineage: String,
}

/// What a worker knows of its projection, and what the fence compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Checkpoint {
    /// Of the last event that was folded or parked; 0 before the first.
    pub position: i64,
    /// The id of that event, where it has one: in a log that lost its end and grew again another one stands there.
    pub event: Option<Uuid>,
    /// Of the parked events, which others than the worker may change.
    pub generation: i64,
}

impl Checkpoint {
    /// The same, at another event.
    pub fn at(self, position: i64, event: Option<Uuid>) -> Self {
        Self { position, event, ..self }
    }
}

/// Where to go on from; begins at 0 where the worker is new. Refuses rows of another log.
pub async fn resume(executor: impl PgExecutor<'_>, key: &ProjectionKey) -> Result<Checkpoint, WriteError> {
    let (position, event, generation, lineage): (i64, Option<Uuid>, i64, String) =
        sqlx::query_as(include_str!("checkpoint/resume.sql"))
            .bind(key.projection)
            .bind(key.version)
            .bind(i16::from(key.shard))
            .bind(&key.lineage)
            .fetch_one(executor)
            .await?;
    if lineage == key.lineage {
        Ok(Checkpoint { position, event, generation })
    } else {
        Err(WriteError::OtherLineage { expected: key.lineage.clone(), found: lineage })
    }
}

/// How far a projection is folded, for somebody who only watches: waits for nobody. Index: checkpoint_pk.
const LOOK: &str = "select position, event, parked_generation as generation from control.checkpoint \
    where projection = $1 and version = $2 and shard = $3";

/// Where a projection worker is; `None` where it never ran. For those who watch it.
pub async fn look(pool: &Pool, key: &ProjectionKey) -> Result<Option<Checkpoint>, WriteError> {
    let found: Option<(i64, Option<Uuid>, i64)> = sqlx::query_as(LOOK)
        .bind(key.projection)
        .bind(key.version)
        .bind(i16::from(key.shard))
        .fetch_optional(pool)
        .await?;
    Ok(found.map(|(position, event, generation)| Checkpoint { position, event, generation }))
}

pub(super) async fn advance(
    connection: &mut Connection,
    key: &ProjectionKey,
    from: Checkpoint,
    to: Checkpoint,
) -> Result<(), WriteError> {
    let moved = sqlx::query(include_str!("checkpoint/advance.sql"))
        .bind(key.projection)
        .bind(key.version)
        .bind(i16::from(key.shard))
        .bind(&key.lineage)
        .bind(from.position)
        .bind(from.generation)
        .bind(to.position)
        .bind(to.event)
        .execute(connection)
        .await?
        .rows_affected();
    if moved == 1 { Ok(()) } else { Err(WriteError::Fenced) }
}

/// For this transaction, a commit that was answered survives the server: an operator was told. Index: none.
const DURABLY: &str = "select set_config('synchronous_commit', 'on', true)";

/// The fence for changes to parked events from beside the worker: locks the checkpoint, and makes the worker
/// read them again. Index: checkpoint_pk.
const INTERVENE: &str = "update control.checkpoint \
    set parked_generation = parked_generation + 1 \
    where projection = $1 and version = $2 and shard = $3 and lineage = $4";

/// Takes the worker's place for one transaction. Fenced where the worker has never run on this log.
pub(super) async fn intervene(connection: &mut Connection, key: &ProjectionKey) -> Result<(), WriteError> {
    sqlx::query(DURABLY).execute(&mut *connection).await?;
    let locked = sqlx::query(INTERVENE)
        .bind(key.projection)
        .bind(key.version)
        .bind(i16::from(key.shard))
        .bind(&key.lineage)
        .execute(connection)
        .await?
        .rows_affected();
    if locked == 1 { Ok(()) } else { Err(WriteError::Fenced) }
}
