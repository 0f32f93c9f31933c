//! The home timeline of an account.

use super::entries::{newer, older};
use super::page::{BEGIN, END, FeedRange, page};
use crate::pool::Pool;
use crate::read::at::At;
use crate::read::error::ReadError;
use crate::read::feed_item::FeedPage;

/// At most `limit` items of the account's home timeline: of whom it follows, and its own.
pub async fn timeline(
    pool: &Pool,
    caller: i64,
    range: FeedRange,
    limit: u16,
) -> Result<At<FeedPage>, ReadError> {
    let rows = match range {
        FeedRange::Newest => older(pool, caller, END, BEGIN, limit).await?,
        FeedRange::Before(position) => older(pool, caller, position, BEGIN, limit).await?,
        FeedRange::After(position) => newer(pool, caller, position, limit).await?,
    };
    Ok(page(rows, range, limit))
}
