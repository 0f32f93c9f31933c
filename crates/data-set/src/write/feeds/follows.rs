//! Follows, what they bring into a feed and take out of it, and authors on their way across the limit.

mod followers;
mod settle;

use std::collections::BTreeMap;

use postgres_kit::Connection;

pub(super) use followers::lose;

use self::settle::{NewFollow, Settled, settle};
use crate::write::columns::column;
use crate::write::error::WriteError;
use crate::write::feeds::limit::FanOutLimit;
use crate::write::feeds::rows::{FollowKey, FollowRow};

/// How many entries of before the follow a new follower sees.
const SEEN_OF_BEFORE: i64 = 200;
/// Follows that are filled by one statement, with at most [`SEEN_OF_BEFORE`] rows each.
const FILLED_AT_ONCE: usize = 500;
/// Follows that are emptied by one statement; their rows are unbounded, but few people posted very much.
const EMPTIED_AT_ONCE: usize = 50;

/// Adds follows, except of and by accounts that are gone.
pub(super) async fn insert(
    connection: &mut Connection,
    rows: &[FollowRow],
    limit: FanOutLimit,
) -> Result<(), WriteError> {
    let inserted: Vec<NewFollow> = sqlx::query_as(include_str!("follows/insert.sql"))
        .bind(column(rows, |row| row.follower))
        .bind(column(rows, |row| row.followee))
        .bind(column(rows, |row| row.position))
        .bind(SEEN_OF_BEFORE - 1)
        .fetch_all(&mut *connection)
        .await?;
    let Settled { authors, written, merged } = settle(inserted, limit);
    for some in written.chunks(FILLED_AT_ONCE) {
        sqlx::query(include_str!("follows/fill.sql"))
            .bind(column(some, |follow| follow.follower))
            .bind(column(some, |follow| follow.followee))
            .bind(column(some, |follow| follow.visible_from))
            .execute(&mut *connection)
            .await?;
    }
    if !merged.is_empty() {
        sqlx::query(include_str!("follows/merge_new.sql"))
            .bind(column(&merged, |follow| follow.follower))
            .bind(column(&merged, |follow| follow.followee))
            .bind(column(&merged, |follow| follow.visible_from))
            .execute(&mut *connection)
            .await?;
    }
    followers::gain(connection, &authors).await
}

#[derive(Debug, sqlx::FromRow)]
struct LostFollow {
    follower: i64,
    followee: i64,
    visible_from: i64,
    since: Option<i64>,
}

/// Takes follows away, with what they had brought.
pub(super) async fn delete(
    connection: &mut Connection,
    keys: &[FollowKey],
    limit: FanOutLimit,
) -> Result<(), WriteError> {
    let deleted: Vec<LostFollow> = sqlx::query_as(include_str!("follows/delete.sql"))
        .bind(column(keys, |key| key.follower))
        .bind(column(keys, |key| key.followee))
        .fetch_all(&mut *connection)
        .await?;
    for some in deleted.chunks(EMPTIED_AT_ONCE) {
        sqlx::query(include_str!("follows/empty.sql"))
            .bind(column(some, |follow| follow.follower))
            .bind(column(some, |follow| follow.followee))
            .bind(column(some, |follow| follow.visible_from))
            .bind(column(some, |follow| follow.since.unwrap_or(i64::MAX)))
            .execute(&mut *connection)
            .await?;
    }
    let mut lost = BTreeMap::<i64, i64>::new();
    for follow in &deleted {
        *lost.entry(follow.followee).or_default() += 1;
    }
    lose(connection, &lost, limit).await
}
