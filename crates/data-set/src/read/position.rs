//! How far the views of messages reflect the log.

use super::error::ReadError;
use super::run::run;
use crate::pool::Pool;

/// The position up to which every event is folded; 0 before the first.
pub async fn position(pool: &Pool) -> Result<i64, ReadError> {
    run(|| sqlx::query_scalar(include_str!("position.sql")).fetch_one(pool)).await
}
