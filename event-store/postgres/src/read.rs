//! Reading: the head, one event by sequence, a subject's events, and the newest ones of many.
//!
//! Every read is one statement, so that a request which is cancelled leaves no transaction behind.

use std::collections::HashMap;

use domain::{CommandId, Sequence};
use event_store::{ReadError, RecordedEvent, Room, Subject};

use crate::counters::{Counters, READ_COUNTERS};
use crate::database::Database;
use crate::error::unreadable;
use crate::row::{Row, to_i64, to_sequence};

/// Subjects whose newest event one statement reads.
const SUBJECTS: usize = 1_000;

/// The newest sequence, where the log is still the one that was opened.
pub(crate) async fn head(database: &Database) -> Result<Sequence, ReadError> {
    let counters = sqlx::query_as::<_, Counters>(READ_COUNTERS)
        .bind(database.shard())
        .fetch_optional(&database.pool)
        .await
        .map_err(unreadable)?
        .ok_or_else(|| unreadable("the database has no log of this shard any more"))?;
    let found = counters.lineage();
    if found != database.lineage {
        return Err(database.other_lineage(found));
    }
    let (used, bytes_max) = (counters.bytes.unsigned_abs(), database.bytes_max.unsigned_abs());
    database.usage.saw_room(Room { used, bytes_max });
    Ok(to_sequence(counters.head))
}

pub(crate) async fn one(database: &Database, sequence: Sequence) -> Result<Option<RecordedEvent>, ReadError> {
    let row = sqlx::query_as::<_, Row>(include_str!("read/one.sql"))
        .bind(database.shard())
        .bind(to_i64(sequence))
        .fetch_optional(&database.pool)
        .await
        .map_err(unreadable)?;
    Ok(row.map(|row| row.into_event(database.shard)))
}

pub(crate) async fn subject(
    database: &Database,
    subject: &Subject,
    from: Sequence,
) -> Result<Vec<RecordedEvent>, ReadError> {
    let rows = sqlx::query_as::<_, Row>(include_str!("read/subject.sql"))
        .bind(subject.boundary().kind())
        .bind(subject.to_string())
        .bind(to_i64(from))
        .fetch_all(&database.pool)
        .await
        .map_err(unreadable)?;
    Ok(rows.into_iter().map(|row| row.into_event(database.shard)).collect())
}

pub(crate) async fn last(database: &Database, subject: &Subject) -> Result<Option<RecordedEvent>, ReadError> {
    let row = sqlx::query_as::<_, Row>(include_str!("read/last.sql"))
        .bind(subject.boundary().kind())
        .bind(subject.to_string())
        .fetch_optional(&database.pool)
        .await
        .map_err(unreadable)?;
    Ok(row.map(|row| row.into_event(database.shard)))
}

pub(crate) async fn last_of_each(
    database: &Database,
    subjects: &[Subject],
) -> Result<HashMap<Subject, RecordedEvent>, ReadError> {
    let mut found = HashMap::new();
    for some in subjects.chunks(SUBJECTS) {
        let names: Vec<String> = some.iter().map(Subject::to_string).collect();
        let kinds: Vec<&str> = some.iter().map(|subject| subject.boundary().kind()).collect();
        let rows = sqlx::query_as::<_, Row>(include_str!("read/last_of_each.sql"))
            .bind(kinds)
            .bind(&names)
            .fetch_all(&database.pool)
            .await
            .map_err(unreadable)?;
        let of: HashMap<&str, &Subject> = names.iter().map(String::as_str).zip(some).collect();
        found.extend(rows.into_iter().filter_map(|row| {
            let event = row.into_event(database.shard);
            Some(((*of.get(event.subject.as_str())?).clone(), event))
        }));
    }
    Ok(found)
}

pub(crate) async fn of_command(
    database: &Database,
    command: CommandId,
) -> Result<Vec<RecordedEvent>, ReadError> {
    let rows = sqlx::query_as::<_, Row>(include_str!("read/of_command.sql"))
        .bind(database.shard())
        .bind(command.0)
        .fetch_all(&database.pool)
        .await
        .map_err(unreadable)?;
    Ok(rows.into_iter().map(|row| row.into_event(database.shard)).collect())
}

/// Events behind a sequence, at most `max`.
pub(crate) async fn page(database: &Database, after: u64, max: i64) -> Result<Vec<Row>, ReadError> {
    sqlx::query_as::<_, Row>(include_str!("read/page.sql"))
        .bind(database.shard())
        .bind(i64::try_from(after).unwrap_or(i64::MAX))
        .bind(max)
        .fetch_all(&database.pool)
        .await
        .map_err(unreadable)
}
