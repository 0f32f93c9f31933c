//! What one account posted and reposted.

use super::page::{END, FeedRange, page};
use crate::pool::Pool;
use crate::read::at::At;
use crate::read::error::ReadError;
use crate::read::feed_item::FeedPage;
use crate::read::page::one_more_than;
use crate::read::run::run;

/// At most `limit` of an account's posts and reposts before a position, newest first. The caller matters for what it
/// likes and reposted.
pub async fn account_items(
    pool: &Pool,
    caller: i64,
    account: i64,
    before: Option<i64>,
    limit: u16,
) -> Result<At<FeedPage>, ReadError> {
    const SQL: &str = concat!(include_str!("account_items.sql"), include_str!("../feed_item/show.sql"));
    let query = || {
        sqlx::query_as(SQL)
            .bind(caller)
            .bind(account)
            .bind(before.unwrap_or(END))
            .bind(one_more_than(limit))
            .fetch_all(pool)
    };
    let range = before.map_or(FeedRange::Newest, FeedRange::Before);
    let page = page(run(query).await?, range, limit);
    // Read downwards only.
    Ok(page.map(|page| FeedPage { newer: None, ..page }))
}
