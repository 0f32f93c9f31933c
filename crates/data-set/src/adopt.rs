//! Making a data set belong to another log than the one that it was folded from: for an operator who knows what became of
//! that.

use sqlx::{AssertSqlSafe, PgPool};
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
pub async fn folded(pool: &PgPool) -> Result<Vec<Folded>, sqlx::Error> {
    sqlx::query_as(include_str!("adopt/folded.sql")).fetch_all(pool).await
}

/// Keeps the rows: they are a fold of the beginning of the other log, too.
///
/// # Errors
/// When the database is unreachable, or the user may not.
pub async fn keep(pool: &PgPool, folded: &Folded, lineage: &str) -> Result<(), sqlx::Error> {
    let kept = sqlx::query(include_str!("adopt/keep.sql"));
    kept.bind(&folded.projection)
        .bind(folded.version)
        .bind(folded.shard)
        .bind(lineage)
        .execute(pool)
        .await
        .map(drop)
}

/// Empties the tables, so that the next worker folds the other log from its beginning. One that still runs is fenced off by
/// the lineage.
///
/// # Errors
/// When the database is unreachable, or the user may not.
pub async fn fold_anew(pool: &PgPool, folded: &Folded, lineage: &str) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let begun = sqlx::query(include_str!("adopt/begin_anew.sql"));
    begun
        .bind(&folded.projection)
        .bind(folded.version)
        .bind(folded.shard)
        .bind(lineage)
        .execute(&mut *transaction)
        .await?;
    let forgotten = sqlx::query(include_str!("adopt/forget_parked.sql"));
    forgotten
        .bind(&folded.projection)
        .bind(folded.version)
        .bind(folded.shard)
        .execute(&mut *transaction)
        .await?;
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
