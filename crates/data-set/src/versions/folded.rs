//! What reducers look up.

use postgres_kit::Pool;

use super::version::Version;

/// The versions that reducers fold. Index: none, there are few rows. Why this order: none is needed; it keeps
/// logs alike.
const FOLDED: &str = "select projection, version, state from control.projection \
    where state in ('standby', 'published') \
    order by projection, version";

/// The versions that reducers fold.
///
/// # Errors
/// When the database is unreachable or not migrated.
pub async fn folded(pool: &Pool) -> Result<Vec<Version>, sqlx::Error> {
    sqlx::query_as(FOLDED).fetch_all(pool).await
}
