//! An account that is gone, with all that it showed, saw and followed.

use std::collections::BTreeMap;

use postgres_kit::Connection;

use super::fan_out::{self, EntryAudience};
use super::follows;
use crate::write::error::WriteError;
use crate::write::feeds::limit::FanOutLimit;

/// An account's follows; answers whom it followed. Index: follow_pk, the follower's range.
const DELETE_FOLLOWS: &str = "delete from follow where follower = $1 returning followee";

/// An account that is gone for good; nothing that it does later changes rows. Index: former_pk.
const REMEMBER: &str = "insert into former (account) values ($1) on conflict do nothing";

/// Blocks of an account and by it. Indexes: blocked_pk, the blocker's range; blocked_by_blocked, a range of it.
const DELETE_BLOCKS: [&str; 2] =
    ["delete from blocked where blocker = $1", "delete from blocked where blocked = $1"];

pub(super) async fn deactivate(
    connection: &mut Connection,
    account: i64,
    limit: FanOutLimit,
) -> Result<(), WriteError> {
    let is_new = sqlx::query(REMEMBER).bind(account).execute(&mut *connection).await?.rows_affected();
    if is_new == 0 {
        return Ok(());
    }
    // Entries go while the follows are there that lead to the feeds they are in.
    let reached: Vec<EntryAudience> = sqlx::query_as(include_str!("deactivate/delete_entries.sql"))
        .bind(account)
        .fetch_all(&mut *connection)
        .await?;
    fan_out::withdraw(connection, &reached).await?;
    sqlx::query(include_str!("deactivate/delete_feed.sql")).bind(account).execute(&mut *connection).await?;
    sqlx::query(include_str!("deactivate/delete_followers.sql"))
        .bind(account)
        .execute(&mut *connection)
        .await?;
    for delete_blocks in DELETE_BLOCKS {
        sqlx::query(delete_blocks).bind(account).execute(&mut *connection).await?;
    }
    let followees: Vec<i64> =
        sqlx::query_scalar(DELETE_FOLLOWS).bind(account).fetch_all(&mut *connection).await?;
    let lost: BTreeMap<i64, i64> = followees.into_iter().map(|followee| (followee, 1)).collect();
    follows::lose(connection, &lost, limit).await
}
