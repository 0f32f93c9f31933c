//! An account that is gone, with all that it showed, saw and followed.

use std::collections::BTreeMap;

use postgres_kit::Connection;

use super::fan_out::{self, EntryAudience};
use super::follows;
use crate::write::error::WriteError;
use crate::write::feeds::limit::FanOutLimit;

pub(super) async fn deactivate(
    connection: &mut Connection,
    account: i64,
    limit: FanOutLimit,
) -> Result<(), WriteError> {
    let is_new = sqlx::query(include_str!("deactivate/remember.sql"))
        .bind(account)
        .execute(&mut *connection)
        .await?
        .rows_affected();
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
    let followees: Vec<i64> = sqlx::query_scalar(include_str!("deactivate/delete_follows.sql"))
        .bind(account)
        .fetch_all(&mut *connection)
        .await?;
    let lost: BTreeMap<i64, i64> = followees.into_iter().map(|followee| (followee, 1)).collect();
    follows::lose(connection, &lost, limit).await
}
