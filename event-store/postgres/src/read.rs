//! Reading: the head, one event by sequence, and a subject's events.
//!
//! Every read is one statement, so that a request which is cancelled leaves no transaction behind.

use domain::{CommandId, Sequence};
use event_store::{Lineage, ReadError, RecordedEvent, Subject};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::unreadable;
use crate::log::Inner;
use crate::row::{Row, to_i64, to_sequence};

/// Which log it is and how far it has come, as the table `log` has it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Counters {
    id: Uuid,
    made_at: OffsetDateTime,
    pub(crate) head: i64,
    pub(crate) bytes: i64,
}

impl Counters {
    /// A log that was made again has another id; the time is for people.
    pub(crate) fn lineage(&self) -> Lineage {
        Lineage(format!("{}@{}", self.id, self.made_at.unix_timestamp_nanos()).into())
    }
}

/// The newest sequence, where the log is still the one that was opened.
pub(crate) async fn head(inner: &Inner) -> Result<Sequence, ReadError> {
    let counters = sqlx::query_as::<_, Counters>(include_str!("read/counters.sql"))
        .bind(inner.shard())
        .fetch_optional(&inner.pool)
        .await
        .map_err(unreadable)?
        .ok_or_else(|| unreadable("the database has no log of this shard any more"))?;
    let found = counters.lineage();
    if found != inner.lineage {
        return Err(inner.other_lineage(found));
    }
    Ok(to_sequence(counters.head))
}

pub(crate) async fn one(inner: &Inner, sequence: Sequence) -> Result<Option<RecordedEvent>, ReadError> {
    let row = sqlx::query_as::<_, Row>(include_str!("read/one.sql"))
        .bind(inner.shard())
        .bind(to_i64(sequence))
        .fetch_optional(&inner.pool)
        .await
        .map_err(unreadable)?;
    Ok(row.map(|row| row.into_event(inner.shard)))
}

pub(crate) async fn subject(
    inner: &Inner,
    subject: &Subject,
    from: Sequence,
) -> Result<Vec<RecordedEvent>, ReadError> {
    let rows = sqlx::query_as::<_, Row>(include_str!("read/subject.sql"))
        .bind(subject.boundary().kind())
        .bind(subject.to_string())
        .bind(to_i64(from))
        .fetch_all(&inner.pool)
        .await
        .map_err(unreadable)?;
    Ok(rows.into_iter().map(|row| row.into_event(inner.shard)).collect())
}

pub(crate) async fn last(inner: &Inner, subject: &Subject) -> Result<Option<RecordedEvent>, ReadError> {
    let row = sqlx::query_as::<_, Row>(include_str!("read/last.sql"))
        .bind(subject.boundary().kind())
        .bind(subject.to_string())
        .fetch_optional(&inner.pool)
        .await
        .map_err(unreadable)?;
    Ok(row.map(|row| row.into_event(inner.shard)))
}

pub(crate) async fn of_command(inner: &Inner, command: CommandId) -> Result<Vec<RecordedEvent>, ReadError> {
    let rows = sqlx::query_as::<_, Row>(include_str!("read/of_command.sql"))
        .bind(inner.shard())
        .bind(command.0)
        .fetch_all(&inner.pool)
        .await
        .map_err(unreadable)?;
    Ok(rows.into_iter().map(|row| row.into_event(inner.shard)).collect())
}

/// Events behind a sequence, at most `max`.
pub(crate) async fn page(inner: &Inner, after: u64, max: i64) -> Result<Vec<Row>, ReadError> {
    sqlx::query_as::<_, Row>(include_str!("read/page.sql"))
        .bind(inner.shard())
        .bind(i64::try_from(after).unwrap_or(i64::MAX))
        .bind(max)
        .fetch_all(&inner.pool)
        .await
        .map_err(unreadable)
}
