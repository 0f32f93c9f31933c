//! Numbers of followers, and what crossing the limit brings.

use std::collections::BTreeMap;

use postgres_kit::Connection;

use super::settle::Gain;
use crate::write::columns::column;
use crate::write::error::WriteError;
use crate::write::feeds::limit::FanOutLimit;

/// Followers whose feeds one statement fills when their author comes back below the limit. Each gets all entries since
/// it went above, which may be many.
const FILLED_AT_ONCE: i64 = 50;

/// Adds followers, and stops the fan-out of those who now have too many.
pub(super) async fn gain(connection: &mut Connection, authors: &[Gain]) -> Result<(), WriteError> {
    if authors.is_empty() {
        return Ok(());
    }
    sqlx::query(include_str!("gain.sql"))
        .bind(column(authors, |gain| gain.account))
        .bind(column(authors, |gain| gain.followers))
        .bind(column(authors, |gain| gain.becomes_merged))
        .execute(&mut *connection)
        .await?;
    let crossing = authors.iter().filter(|gain| gain.becomes_merged).map(|gain| gain.account);
    let crossing: Vec<i64> = crossing.collect();
    if !crossing.is_empty() {
        sqlx::query(include_str!("merge.sql")).bind(crossing).execute(connection).await?;
    }
    Ok(())
}

#[derive(Debug, sqlx::FromRow)]
struct Left {
    account: i64,
    followers: i64,
    is_merged: bool,
}

/// Authors whom nobody follows any more. Index: author_pk.
const FORGET_ALONE: &str = "delete from author where account = any($1::bigint[]) and followers = 0";

/// Takes followers away, by account, and takes up the fan-out of those who now have few enough. Their follows are gone
/// already.
pub(crate) async fn lose(
    connection: &mut Connection,
    lost: &BTreeMap<i64, i64>,
    limit: FanOutLimit,
) -> Result<(), WriteError> {
    if lost.is_empty() {
        return Ok(());
    }
    let left: Vec<Left> = sqlx::query_as(include_str!("lose.sql"))
        .bind(lost.keys().copied().collect::<Vec<i64>>())
        .bind(lost.values().copied().collect::<Vec<i64>>())
        .fetch_all(&mut *connection)
        .await?;
    let alone = left.iter().filter(|author| author.followers == 0).map(|author| author.account);
    let alone: Vec<i64> = alone.collect();
    if !alone.is_empty() {
        sqlx::query(FORGET_ALONE).bind(alone).execute(&mut *connection).await?;
    }
    let below = left.iter().filter(|author| author.is_merged && author.followers > 0);
    for author in below.filter(|author| limit.is_left_by(author.followers)) {
        unmerge(connection, author.account).await?;
    }
    Ok(())
}

/// An author's entries are written to feeds again. Index: author_pk.
const TAKE_UP: &str = "update author set is_merged = false where account = $1";

async fn unmerge(connection: &mut Connection, account: i64) -> Result<(), WriteError> {
    loop {
        let filled: i64 = sqlx::query_scalar(include_str!("unmerge.sql"))
            .bind(account)
            .bind(FILLED_AT_ONCE)
            .fetch_one(&mut *connection)
            .await?;
        if filled < FILLED_AT_ONCE {
            break;
        }
    }
    sqlx::query(TAKE_UP).bind(account).execute(connection).await?;
    Ok(())
}
