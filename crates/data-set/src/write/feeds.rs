//! Row changes of the projection `feeds`, and how they are written: home timelines.
//!
//! What holds after every segment, for every follow of an author by an owner: `feed` has exactly the author's entries
//! from `visible_from` on, up to the `since` of the follow's row in `merged` if there is one; a reader adds the entries
//! from `since` on. An author has such rows for all followers or for none (`author.is_merged`).
//!
//! The changes of a segment may be applied in any order, and so set-wise: the reducers make sure that none
//! of them meets another one's rows.

pub(super) mod audience;
mod block;
mod deactivate;
mod entries;
mod fan_out;
mod follows;
mod limit;
mod rows;

use fail_points::crash_point;
use postgres_kit::Connection;

use super::ONE_PLAN;
use super::error::WriteError;

pub use audience::Audience;
pub use limit::FanOutLimit;
pub use rows::{BlockKey, EntryRow, FeedChanges, FeedSegment, FollowKey, FollowRow, RepostKey};

pub(super) async fn write(
    connection: &mut Connection,
    segments: &[FeedSegment],
    limit: FanOutLimit,
) -> Result<(), WriteError> {
    if !segments.is_empty() {
        sqlx::query(ONE_PLAN).execute(&mut *connection).await?;
    }
    for segment in segments {
        match segment {
            FeedSegment::Changes(changes) => apply(connection, changes, limit).await?,
            FeedSegment::Block(key) => block::block(connection, *key, limit).await?,
            FeedSegment::Unblock(key) => block::unblock(connection, *key).await?,
            FeedSegment::Deactivation(account) => deactivate::deactivate(connection, *account, limit).await?,
        }
        crash_point("feeds-after-segment");
    }
    Ok(())
}

async fn apply(
    connection: &mut Connection,
    changes: &FeedChanges,
    limit: FanOutLimit,
) -> Result<(), WriteError> {
    if !changes.deleted_messages.is_empty() {
        entries::delete_messages(connection, &changes.deleted_messages).await?;
    }
    if !changes.unreposted.is_empty() {
        entries::delete_reposts(connection, &changes.unreposted).await?;
    }
    if !changes.posted.is_empty() {
        entries::insert_posts(connection, &changes.posted).await?;
    }
    // After the posts, of which they may be reposts.
    if !changes.reposted.is_empty() {
        entries::insert_reposts(connection, &changes.reposted).await?;
    }
    if !changes.followed.is_empty() {
        follows::insert(connection, &changes.followed, limit).await?;
    }
    if !changes.unfollowed.is_empty() {
        follows::delete(connection, &changes.unfollowed, limit).await?;
    }
    Ok(())
}
