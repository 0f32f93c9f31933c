//! Making a data set belong to another log than the one that it was folded from: for an operator who knows what became
//! of that.

use postgres_kit::Pool;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres};
use uuid::Uuid;

use crate::write::schema;

/// How far one version of a projection had folded which log.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Folded {
    pub projection: String,
    pub version: i32,
    pub shard: i16,
    pub position: i64,
    pub lineage: String,
    /// Id of the event at the position, where it has one.
    pub event: Option<Uuid>,
}

/// How far each version had folded which log. Index: none, there are few rows. Why this order: for people.
const FOLDED: &str = "select projection, version, shard, position, lineage, event \
    from control.checkpoint \
    order by projection, version, shard";

/// Of every version that was ever begun, by name and version.
///
/// # Errors
/// When the database is unreachable or not migrated.
pub async fn folded(pool: &Pool) -> Result<Vec<Folded>, sqlx::Error> {
    sqlx::query_as(FOLDED).fetch_all(pool).await
}

/// Removes the other log's head, which a heartbeat would never take back. Index: worker_heartbeat_pk.
const FORGET_HEARTBEAT: &str =
    "delete from control.worker_heartbeat where projection = $1 and version = $2 and shard = $3";

/// The rows of a version belong to another log from now on. Index: checkpoint_pk.
const KEEP: &str = "update control.checkpoint set lineage = $4 \
    where projection = $1 and version = $2 and shard = $3";

/// Keeps the rows: they are a fold of the beginning of the other log, too.
///
/// # Errors
/// When the database is unreachable, or the user may not.
pub async fn keep(pool: &Pool, folded: &Folded, lineage: &str) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    of_version(KEEP, folded).bind(lineage).execute(&mut *transaction).await?;
    of_version(FORGET_HEARTBEAT, folded).execute(&mut *transaction).await?;
    transaction.commit().await
}

/// A version begins with another log. Its projection worker is fenced off first. Index: checkpoint_pk.
const BEGIN_ANEW: &str = "update control.checkpoint set position = 0, lineage = $4, \
    event = null, folded_at = now() \
    where projection = $1 and version = $2 and shard = $3";

/// What was parked or passed over belongs to the old log. Index: parked_event_pk.
const FORGET_PARKED: &str =
    "delete from control.parked_event where projection = $1 and version = $2 and shard = $3";

/// The statement that empties all tables of a schema; null where it has none. Index: the catalog's own.
const TRUNCATE: &str = "select 'truncate ' || string_agg(format('%I.%I', schemaname, tablename), ', ' \
    order by tablename) \
    from pg_tables \
    where schemaname = $1";

/// Empties the tables, so that the next worker folds the other log from its beginning. One that still runs is fenced
/// off by the lineage.
///
/// # Errors
/// When the database is unreachable, or the user may not.
pub async fn fold_anew(pool: &Pool, folded: &Folded, lineage: &str) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    of_version(BEGIN_ANEW, folded).bind(lineage).execute(&mut *transaction).await?;
    for forget in [FORGET_PARKED, FORGET_HEARTBEAT] {
        of_version(forget, folded).execute(&mut *transaction).await?;
    }
    let truncate: Option<String> = sqlx::query_scalar(TRUNCATE)
        .bind(schema(&folded.projection, folded.version))
        .fetch_one(&mut *transaction)
        .await?;
    if let Some(truncate) = truncate {
        // Made by the database of its own names, which it has quoted.
        sqlx::raw_sql(AssertSqlSafe(truncate)).execute(&mut *transaction).await?;
    }
    transaction.commit().await
}

fn of_version(sql: &'static str, folded: &Folded) -> Query<'static, Postgres, PgArguments> {
    sqlx::query(sql).bind(folded.projection.clone()).bind(folded.version).bind(folded.shard)
}
