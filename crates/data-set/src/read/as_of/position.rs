//! How far the data reflects the log where its past is asked for.

use crate::pool::Pool;
use crate::read::error::ReadError;
use crate::read::run::run;

/// The position up to which both projections that such answers join are folded; 0 before the first event.
pub async fn as_of_position(pool: &Pool) -> Result<i64, ReadError> {
    run(|| sqlx::query_scalar(include_str!("position.sql")).fetch_one(pool)).await
}
