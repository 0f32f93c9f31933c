//! Whom an event meets that does not name them: found in the rows.

use postgres_kit::Connection;

use crate::write::WriteError;

/// Accounts by the way in which an event meets them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// What they show their followers changes.
    pub showing: Vec<i64>,
    /// How many followers they have changes.
    pub followed: Vec<i64>,
}

/// Whom deletions of messages and deactivations of accounts meet.
pub(in crate::write) async fn reach(
    connection: &mut Connection,
    deleted: &[i64],
    deactivated: &[i64],
) -> Result<Reach, WriteError> {
    let showing = sqlx::query_scalar(include_str!("reach/showing.sql"))
        .bind(deleted)
        .bind(deactivated)
        .fetch_all(&mut *connection)
        .await?;
    let followed = sqlx::query_scalar(include_str!("reach/followed.sql"))
        .bind(deactivated)
        .fetch_all(&mut *connection)
        .await?;
    Ok(Reach { showing, followed })
}

/// The authors of messages that are there, by message.
pub(in crate::write) async fn authors(
    connection: &mut Connection,
    messages: &[i64],
) -> Result<Vec<(i64, i64)>, WriteError> {
    Ok(sqlx::query_as(include_str!("reach/authors.sql")).bind(messages).fetch_all(connection).await?)
}
