//! What reducers look up.

use postgres_kit::Pool;

use super::version::Version;

/// The versions that reducers fold.
///
/// # Errors
/// When the database is unreachable or not migrated.
pub async fn folded(pool: &Pool) -> Result<Vec<Version>, sqlx::Error> {
    sqlx::query_as(include_str!("folded.sql")).fetch_all(pool).await
}
