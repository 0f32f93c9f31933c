//! Events that are not in the rows: those that could not be folded, those that wait for them, and those that the log
//! says were dropped. A projection worker writes them in the transaction that passes over them.

use std::fmt;

use postgres_kit::Connection;
use postgres_kit::Pool;
use time::OffsetDateTime;

use crate::write::checkpoint::ProjectionKey;
use crate::write::columns::column;
use crate::write::error::WriteError;

/// Why an event is parked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Its data is not what its type says.
    Undecodable,
    /// Its type is known, its version is newer than this code.
    UnknownVersion,
    /// It says what no row can hold.
    RefusedByDatabase,
    /// It drops an event that this version had folded.
    TooLate,
    /// It may not be folded before another one that is parked.
    Waiting,
    /// An operator dropped it: nothing waits for it, and it is never looked at again.
    Dropped,
}

impl Reason {
    /// Of what is parked; what was dropped is not.
    pub const PARKED: [Self; 5] =
        [Self::Undecodable, Self::UnknownVersion, Self::RefusedByDatabase, Self::TooLate, Self::Waiting];

    /// Whether the event itself is to blame.
    pub const fn is_bad(self) -> bool {
        !matches!(self, Self::Waiting | Self::Dropped)
    }

    /// The stable word in metrics, in the table and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Undecodable => "undecodable",
            Self::UnknownVersion => "unknown-version",
            Self::RefusedByDatabase => "refused-by-database",
            Self::TooLate => "too-late",
            Self::Waiting => "waiting",
            Self::Dropped => "dropped",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An event to be parked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedEvent {
    pub position: i64,
    pub subject: String,
    pub event_type: String,
    pub reason: Reason,
    pub detail: String,
    /// No later event that uses one of these conflict keys may be folded before it.
    pub exclusive_keys: Vec<String>,
    /// Later events may share these, but not use them exclusively.
    pub shared_keys: Vec<String>,
}

/// An event that is parked or was dropped.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Parked {
    pub position: i64,
    pub subject: String,
    pub event_type: String,
    pub reason: String,
    pub detail: String,
    pub exclusive_keys: Vec<String>,
    pub shared_keys: Vec<String>,
    pub parked_at: OffsetDateTime,
}

impl Parked {
    /// Whether it only waits for another one.
    pub fn is_waiting(&self) -> bool {
        self.reason == Reason::Waiting.as_str()
    }

    pub fn is_dropped(&self) -> bool {
        self.reason == Reason::Dropped.as_str()
    }
}

/// The conflict keys of parked events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    pub exclusive: Vec<String>,
    pub shared: Vec<String>,
}

/// The keys of the parked events up to a position. Those behind it belong to a fold that was begun again, which will
/// find them itself.
pub async fn keys(pool: &Pool, key: &ProjectionKey, until: i64) -> Result<Keys, WriteError> {
    let (projection, version, shard) = (key.projection, key.version, i16::from(key.shard));
    let list = |sql| sqlx::query_scalar(sql).bind(projection).bind(version).bind(shard).bind(until);
    let exclusive = list(include_str!("parked/exclusive_keys.sql")).fetch_all(pool).await?;
    let shared = list(include_str!("parked/shared_keys.sql")).fetch_all(pool).await?;
    Ok(Keys { exclusive, shared })
}

/// The next parked events behind a position, dropped ones among them, in the order of the log.
pub async fn page(
    pool: &Pool,
    key: &ProjectionKey,
    after: i64,
    limit: i64,
) -> Result<Vec<Parked>, WriteError> {
    Ok(sqlx::query_as(include_str!("parked/page.sql"))
        .bind(key.projection)
        .bind(key.version)
        .bind(i16::from(key.shard))
        .bind(after)
        .bind(limit)
        .fetch_all(pool)
        .await?)
}

/// Of some positions, those of parked or dropped events.
pub async fn noted(pool: &Pool, key: &ProjectionKey, positions: &[i64]) -> Result<Vec<i64>, WriteError> {
    Ok(sqlx::query_scalar(include_str!("parked/noted.sql"))
        .bind(key.projection)
        .bind(key.version)
        .bind(i16::from(key.shard))
        .bind(positions)
        .fetch_all(pool)
        .await?)
}

/// A version of the projection that has folded one of some events, and the event's position.
pub async fn folded_by(
    pool: &Pool,
    key: &ProjectionKey,
    positions: &[i64],
) -> Result<Option<(i32, i64)>, WriteError> {
    Ok(sqlx::query_as(include_str!("parked/folded_by.sql"))
        .bind(key.projection)
        .bind(i16::from(key.shard))
        .bind(positions)
        .fetch_optional(pool)
        .await?)
}

/// How many events are parked, by reason.
pub async fn counts(pool: &Pool, key: &ProjectionKey) -> Result<Vec<(String, i64)>, WriteError> {
    Ok(sqlx::query_as(include_str!("parked/counts.sql"))
        .bind(key.projection)
        .bind(key.version)
        .bind(i16::from(key.shard))
        .fetch_all(pool)
        .await?)
}

/// Postgres takes no U+0000 in text, and it may be just what the event is parked for.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

pub(super) async fn park(
    connection: &mut Connection,
    key: &ProjectionKey,
    events: &[ParkedEvent],
) -> Result<(), WriteError> {
    for event in events {
        sqlx::query(include_str!("parked/park.sql"))
            .bind(key.projection)
            .bind(key.version)
            .bind(i16::from(key.shard))
            .bind(event.position)
            .bind(without_nul(&event.subject))
            .bind(without_nul(&event.event_type))
            .bind(event.reason.as_str())
            .bind(without_nul(&event.detail))
            .bind(column(&event.exclusive_keys, |key: &String| without_nul(key)))
            .bind(column(&event.shared_keys, |key: &String| without_nul(key)))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

pub(super) async fn at(
    connection: &mut Connection,
    key: &ProjectionKey,
    positions: &[i64],
) -> Result<Vec<Parked>, WriteError> {
    Ok(sqlx::query_as(include_str!("parked/at.sql"))
        .bind(key.projection)
        .bind(key.version)
        .bind(i16::from(key.shard))
        .bind(positions)
        .fetch_all(connection)
        .await?)
}

pub(super) async fn keys_beside(
    connection: &mut Connection,
    key: &ProjectionKey,
    names: &[String],
    before: i64,
) -> Result<Vec<String>, WriteError> {
    Ok(sqlx::query_scalar(include_str!("parked/keys_beside.sql"))
        .bind(key.projection)
        .bind(key.version)
        .bind(i16::from(key.shard))
        .bind(names)
        .bind(before)
        .fetch_all(connection)
        .await?)
}

pub(super) async fn unpark(
    connection: &mut Connection,
    key: &ProjectionKey,
    positions: &[i64],
) -> Result<(), WriteError> {
    sqlx::query(include_str!("parked/unpark.sql"))
        .bind(key.projection)
        .bind(key.version)
        .bind(i16::from(key.shard))
        .bind(positions)
        .execute(connection)
        .await?;
    Ok(())
}
