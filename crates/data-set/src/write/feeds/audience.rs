//! The accounts whose feeds or followers an event changes without naming them: found in the rows.

use postgres_kit::Connection;

use crate::write::error::WriteError;

/// The accounts that deletions and deactivations concern.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audience {
    /// What they show their followers changes.
    pub authors: Vec<i64>,
    /// The number of their followers changes.
    pub followees: Vec<i64>,
}

/// The audience of deletions of messages and of deactivations of accounts.
pub(crate) async fn audience(
    connection: &mut Connection,
    deleted: &[i64],
    deactivated: &[i64],
) -> Result<Audience, WriteError> {
    let authors = sqlx::query_scalar(include_str!("audience/authors.sql"))
        .bind(deleted)
        .bind(deactivated)
        .fetch_all(&mut *connection)
        .await?;
    let followees = sqlx::query_scalar(FOLLOWEES).bind(deactivated).fetch_all(&mut *connection).await?;
    Ok(Audience { authors, followees })
}

/// Index: follow_pk, the range of each account.
const FOLLOWEES: &str = "select distinct followee from follow where follower = any($1::bigint[])";

/// The authors of messages that are there, by message.
pub(crate) async fn authors(
    connection: &mut Connection,
    messages: &[i64],
) -> Result<Vec<(i64, i64)>, WriteError> {
    Ok(sqlx::query_as(AUTHORS).bind(messages).fetch_all(connection).await?)
}

/// Index: entry_by_message, one range per message.
const AUTHORS: &str =
    "select message, author from entry where message = any($1::bigint[]) and position = message";
