//! Row changes of the projection `feeds`, and how they are written: home timelines.
//!
//! What holds after every run, for every follow of an author by an owner: `feed` has exactly the author's entries from
//! `visible_from` on, up to the `since` of the follow's row in `merged` if there is one; a reader adds the entries from
//! `since` on. An author has such rows for all followers or for none (`author.is_merged`).
//!
//! The changes of a run may be applied in any order, hence set-wise: whoever makes a run sees to it that none of them
//! meets another one's rows.

mod deactivate;
mod entries;
mod fan_out;
mod follows;
mod limit;
pub(super) mod reach;

use postgres_kit::Connection;

pub use limit::FanOutLimit;
pub use reach::Reach;

use super::{WriteError, column, crash_point};

/// What an author shows its followers: a message of its own (position = message) or a repost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryRow {
    pub author: i64,
    pub position: i64,
    pub message: i64,
}

/// Somebody took a repost back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepostKey {
    pub author: i64,
    pub message: i64,
}

/// Somebody began to follow somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowRow {
    pub follower: i64,
    pub followee: i64,
    pub position: i64,
}

/// Somebody follows somebody no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowKey {
    pub follower: i64,
    pub followee: i64,
}

/// Changes that give the same rows in any order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedChanges {
    pub deleted_messages: Vec<i64>,
    pub unreposted: Vec<RepostKey>,
    pub posted: Vec<EntryRow>,
    pub reposted: Vec<EntryRow>,
    /// In the order of their positions: with each of them its followee comes nearer to the limit.
    pub followed: Vec<FollowRow>,
    pub unfollowed: Vec<FollowKey>,
}

/// A piece of a batch that is applied as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedRun {
    Changes(FeedChanges),
    /// An account is gone for good, with all that it touched. Alone in its run: it meets everything.
    Deactivation(i64),
}

pub(super) async fn write(
    connection: &mut Connection,
    runs: &[FeedRun],
    limit: FanOutLimit,
) -> Result<(), WriteError> {
    if !runs.is_empty() {
        sqlx::query(include_str!("feeds/one_plan.sql")).execute(&mut *connection).await?;
    }
    for run in runs {
        match run {
            FeedRun::Changes(changes) => apply(connection, changes, limit).await?,
            FeedRun::Deactivation(account) => deactivate::deactivate(connection, *account, limit).await?,
        }
        crash_point("feeds-after-run");
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
