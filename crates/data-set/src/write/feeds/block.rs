//! Accounts that want nothing to do with each other: no follows, no reposts.

use postgres_kit::Connection;

use super::follows;
use super::limit::FanOutLimit;
use super::rows::{BlockKey, FollowKey};
use crate::write::error::WriteError;

/// An account that is gone blocks nobody, and nobody blocks it.
const BLOCK: &str = include_str!("block/insert.sql");

/// Index: blocked_pk.
const UNBLOCK: &str = "delete from blocked where blocker = $1 and blocked = $2";

pub(super) async fn block(
    connection: &mut Connection,
    BlockKey { blocker, blocked }: BlockKey,
    limit: FanOutLimit,
) -> Result<(), WriteError> {
    let follows = [
        FollowKey { follower: blocker, followee: blocked },
        FollowKey { follower: blocked, followee: blocker },
    ];
    follows::delete(connection, &follows, limit).await?;
    sqlx::query(BLOCK).bind(blocker).bind(blocked).execute(connection).await?;
    Ok(())
}

pub(super) async fn unblock(connection: &mut Connection, key: BlockKey) -> Result<(), WriteError> {
    sqlx::query(UNBLOCK).bind(key.blocker).bind(key.blocked).execute(connection).await?;
    Ok(())
}
