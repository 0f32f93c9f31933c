//! Whether the database answers at all, with any schema and any rights to read.

use super::error::ReadError;
use super::run::run;
use crate::pool::Pool;

pub async fn ping(pool: &Pool) -> Result<(), ReadError> {
    let one: i32 = run(|| sqlx::query_scalar("select 1").fetch_one(pool)).await?;
    debug_assert_eq!(one, 1);
    Ok(())
}
