//! What is new in a home timeline.

use super::entries::older;
use super::page::END;
use crate::pool::Pool;
use crate::read::at::At;
use crate::read::error::ReadError;
use crate::read::feed_item::{FeedItemRow, items};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineUpdates {
    /// Newest first.
    pub items: Vec<FeedItemRow>,
    /// There are more between these and the position asked for.
    pub has_more: bool,
}

/// The newest `limit` items after a position.
pub async fn timeline_updates(
    pool: &Pool,
    caller: i64,
    since: i64,
    limit: u16,
) -> Result<At<TimelineUpdates>, ReadError> {
    let mut rows = older(pool, caller, END, since, limit).await?;
    let position = rows.first().map_or(0, |row| row.data_position());
    let has_more = rows.len() > usize::from(limit);
    rows.truncate(usize::from(limit));
    Ok(At { position, value: TimelineUpdates { items: items(rows), has_more } })
}
