//! How far the views of messages reflect the log.

use super::error::ReadError;
use super::run::run;
use crate::pool::Pool;

/// The position up to which the views of messages reflect the log. Index: checkpoint_pk.
const POSITION: &str = "select coalesce(max(position), 0) as position \
    from published.projections \
    where projection = 'social' and state = 'published' and shard = 0";

/// The position up to which every event is folded; 0 before the first.
pub async fn position(pool: &Pool) -> Result<i64, ReadError> {
    run(|| sqlx::query_scalar(POSITION).fetch_one(pool)).await
}
