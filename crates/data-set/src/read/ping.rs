//! Whether the database answers at all, whatever its schema and whatever we may read of it.

use super::ReadError;
use super::run::run;
use crate::Pool;

pub async fn ping(pool: &Pool) -> Result<(), ReadError> {
    let one: i32 = run(|| sqlx::query_scalar("select 1").fetch_one(pool)).await?;
    debug_assert_eq!(one, 1);
    Ok(())
}
