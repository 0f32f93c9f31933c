//! The entries of a home timeline.

use crate::pool::Pool;
use crate::read::error::ReadError;
use crate::read::feed_item::ItemColumns;
use crate::read::page::one_more_than;
use crate::read::run::run;

/// The newest before one position and after another, newest first; one more than asked for, which tells whether there
/// are more.
pub(super) async fn older(
    pool: &Pool,
    caller: i64,
    before: i64,
    after: i64,
    limit: u16,
) -> Result<Vec<ItemColumns>, ReadError> {
    const SQL: &str = concat!(include_str!("older.sql"), include_str!("../feed_item/show.sql"));
    let query = || {
        sqlx::query_as(SQL).bind(caller).bind(before).bind(after).bind(one_more_than(limit)).fetch_all(pool)
    };
    run(query).await
}

/// The oldest after a position, but newest first, one more than asked for.
pub(super) async fn newer(
    pool: &Pool,
    caller: i64,
    after: i64,
    limit: u16,
) -> Result<Vec<ItemColumns>, ReadError> {
    const SQL: &str = concat!(include_str!("newer.sql"), include_str!("../feed_item/show.sql"));
    run(|| sqlx::query_as(SQL).bind(caller).bind(after).bind(one_more_than(limit)).fetch_all(pool)).await
}
