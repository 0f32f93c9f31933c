//! Making a data set belong to another log than the one that it was folded from: for an operator who knows what became of
//! that.

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

/// Of every version that was ever begun, by name and version.
///
/// # Errors
/// When the database is unreachable or not migrated.
pub async fn folded(pool: &Pool) -> Result<Vec<Folded>, sqlx::Error> {
    sqlx::query_as(include_str!("adopt/folded.sql")).fetch_all(pool).await
}

/// Keeps the rows: they are a fold of the beginning of the other log, too.
///
/// # Errors
/// When the database is unreachable, or the user may not.
pub async fn keep(pool: &Pool, folded: &Folded, lineage: &str) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    of_version(include_str!("adopt/keep.sql"), folded).bind(lineage).execute(&mut *transaction).await?;
    of_version(include_str!("adopt/forget_heartbeat.sql"), folded).execute(&mut *transaction).await?;
    transaction.commit().await
}

/// Empties the tables, so that the next worker folds the other log from its beginning. One that still runs is fenced off by
/// the lineage.
///
/// # Errors
/// When the database is unreachable, or the user may not.
pub async fn fold_anew(pool: &Pool, folded: &Folded, lineage: &str) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    of_version(include_str!("adopt/begin_anew.sql"), folded).bind(lineage).execute(&mut *transaction).await?;
    for forget in [include_str!("adopt/forget_parked.sql"), include_str!("adopt/forget_heartbeat.sql")] {
        of_version(forget, folded).execute(&mut *transaction).await?;
    }
    let truncate: Option<String> = sqlx::query_scalar(include_str!("adopt/truncate.sql"))
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
