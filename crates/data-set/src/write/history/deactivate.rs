//! An account that was given up: all that it had and did ends there, and what others did to it.
//!
//! Chunks bound the time of a single statement, which has a limit, for an account of any size; all of them are one
//! transaction. Each begins behind the one before: what ended so far would have to be passed over again.

use postgres_kit::Connection;
use time::OffsetDateTime;

use super::messages;
use super::rows::MessageEnd;
use crate::write::error::WriteError;

/// Rows that end by one statement.
const CHUNK: i64 = 5_000;

/// What is left of an account ends, edge by edge; each answers where its chunk ended, null when there was none.
const EDGES: [&str; 4] = [
    include_str!("deactivate/likes.sql"),
    include_str!("deactivate/reposts.sql"),
    include_str!("deactivate/following.sql"),
    include_str!("deactivate/followers.sql"),
];

/// What ended behind this already, because the other account was given up later and that was folded earlier: two
/// accounts that go do not wait for each other, and the earlier one counts. Where nothing was parked there is no such row.
/// Indexes: follow_pk, follow_by_followee, liked_pk, reposted_pk, message_by_author, liked_by_message,
/// reposted_by_message; a range of each.
const END_EARLIER: [&str; 6] = [
    "update follow set to_position = $2, to_at = $3, ended_by = 'deactivated'
     where follower = $1 and from_position < $2 and to_position > $2",
    "update follow set to_position = $2, to_at = $3, ended_by = 'deactivated'
     where followee = $1 and from_position < $2 and to_position > $2",
    "update liked set to_position = $2, to_at = $3, ended_by = 'deactivated'
     where account = $1 and from_position < $2 and to_position > $2",
    "update reposted set to_position = $2, to_at = $3, ended_by = 'deactivated'
     where account = $1 and from_position < $2 and to_position > $2",
    "update liked l set to_position = $2, to_at = $3, ended_by = 'deleted' from message m
     where m.author = $1 and m.to_position = $2 and l.message = m.id and l.from_position < $2 and l.to_position > $2",
    "update reposted r set to_position = $2, to_at = $3, ended_by = 'deleted' from message m
     where m.author = $1 and m.to_position = $2 and r.message = m.id and r.from_position < $2 and r.to_position > $2",
];

/// Blocks of an account and by it. Indexes: blocked_pk, the blocker's range; blocked_by_blocked, a range of it.
const DELETE_BLOCKS: [&str; 2] =
    ["delete from blocked where blocker = $1", "delete from blocked where blocked = $1"];

/// An account that is gone for good; the first time stands. Index: former_pk.
const REMEMBER: &str = "insert into former (account, position) values ($1, $2) on conflict do nothing";

pub(super) async fn deactivate(
    connection: &mut Connection,
    account: i64,
    position: i64,
    at: OffsetDateTime,
) -> Result<(), WriteError> {
    // Messages first: what was done to them ends with them.
    delete_messages(connection, account, position, at).await?;
    for sql in EDGES {
        let mut behind = 0_i64;
        loop {
            let last: Option<i64> = sqlx::query_scalar(sql)
                .bind(account)
                .bind(behind)
                .bind(CHUNK)
                .bind(position)
                .bind(at)
                .fetch_one(&mut *connection)
                .await?;
            let Some(last) = last else { break };
            behind = last;
        }
    }
    for sql in END_EARLIER {
        sqlx::query(sql).bind(account).bind(position).bind(at).execute(&mut *connection).await?;
    }
    for sql in DELETE_BLOCKS {
        sqlx::query(sql).bind(account).execute(&mut *connection).await?;
    }
    sqlx::query(REMEMBER).bind(account).bind(position).execute(connection).await?;
    Ok(())
}

async fn delete_messages(
    connection: &mut Connection,
    account: i64,
    position: i64,
    at: OffsetDateTime,
) -> Result<(), WriteError> {
    let mut behind: Option<(OffsetDateTime, i64)> = None;
    loop {
        let found: Vec<(OffsetDateTime, i64)> = sqlx::query_as(include_str!("deactivate/messages.sql"))
            .bind(account)
            .bind(behind.map(|(created_at, _)| created_at))
            .bind(behind.map(|(_, id)| id))
            .bind(CHUNK)
            .bind(position)
            .fetch_all(&mut *connection)
            .await?;
        let Some(last) = found.last() else { return Ok(()) };
        behind = Some(*last);
        let end =
            |(_, id): &_| MessageEnd { id: *id, position, at, deleted_by: account, cause: "deactivation" };
        let mut ended: Vec<MessageEnd> = found.iter().map(end).collect();
        ended.sort_unstable_by_key(|row| row.id);
        messages::delete(connection, &ended).await?;
    }
}
