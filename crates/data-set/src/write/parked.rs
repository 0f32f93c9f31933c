//! Events that are not in the rows: those that could not be folded, those that wait for them, and those that were given
//! up. A lane writes them in the transaction that passes over them.

use std::fmt;

use postgres_kit::Connection;
use postgres_kit::Pool;
use time::OffsetDateTime;

use super::{Lane, WriteError, column};

/// Why an event is parked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Its data is not what its type says.
    Undecodable,
    /// Its type is known, its version is newer than this code.
    UnknownVersion,
    /// It says what no row can hold.
    RefusedByDatabase,
    /// It may not be folded before another one that is parked.
    Waiting,
}

impl Reason {
    pub const ALL: [Self; 4] =
        [Self::Undecodable, Self::UnknownVersion, Self::RefusedByDatabase, Self::Waiting];

    /// The stable word in metrics, in the table and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Undecodable => "undecodable",
            Self::UnknownVersion => "unknown-version",
            Self::RefusedByDatabase => "refused-by-database",
            Self::Waiting => "waiting",
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
    /// What no later event may be folded about.
    pub holds: Vec<String>,
    /// What later events may share with it, but not hold.
    pub touches: Vec<String>,
}

/// An event that is parked, or was dropped.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Parked {
    pub position: i64,
    pub subject: String,
    pub event_type: String,
    pub reason: String,
    pub detail: String,
    pub holds: Vec<String>,
    pub touches: Vec<String>,
    pub parked_at: OffsetDateTime,
    pub dropped_at: Option<OffsetDateTime>,
}

impl Parked {
    /// Whether it only waits for another one.
    pub fn is_waiting(&self) -> bool {
        self.reason == Reason::Waiting.as_str()
    }

    /// Whether the later one of both waits for the earlier one.
    pub fn clashes_with(&self, other: &Self) -> bool {
        let is_claimed_by_other = |entity| other.holds.contains(entity) || other.touches.contains(entity);
        self.holds.iter().any(is_claimed_by_other)
            || self.touches.iter().any(|entity| other.holds.contains(entity))
    }
}

/// What a lane has to know of its parked events while it folds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    pub holds: Vec<String>,
    pub touches: Vec<String>,
    /// Positions of dropped events, of this version and of the published one: what was given up there is not asked about
    /// again in a version that is built beside it.
    pub dropped: Vec<i64>,
}

/// What is held by the events up to a position. Those behind it belong to a fold that was begun anew, which will find
/// them itself.
pub async fn held(pool: &Pool, lane: &Lane, until: i64) -> Result<Held, WriteError> {
    let (projection, version, shard) = (lane.projection, lane.version, i16::from(lane.shard));
    let list = |sql| sqlx::query_scalar(sql).bind(projection).bind(version).bind(shard).bind(until);
    let holds = list(include_str!("parked/holds.sql")).fetch_all(pool).await?;
    let touches = list(include_str!("parked/touches.sql")).fetch_all(pool).await?;
    let dropped = sqlx::query_scalar(include_str!("parked/dropped.sql"))
        .bind(projection)
        .bind(version)
        .bind(shard)
        .fetch_all(pool)
        .await?;
    Ok(Held { holds, touches, dropped })
}

/// The next parked events behind a position, dropped ones among them, in the order of the log.
pub async fn page(pool: &Pool, lane: &Lane, after: i64, limit: i64) -> Result<Vec<Parked>, WriteError> {
    Ok(sqlx::query_as(include_str!("parked/page.sql"))
        .bind(lane.projection)
        .bind(lane.version)
        .bind(i16::from(lane.shard))
        .bind(after)
        .bind(limit)
        .fetch_all(pool)
        .await?)
}

/// How many events are parked, by reason.
pub async fn counts(pool: &Pool, lane: &Lane) -> Result<Vec<(String, i64)>, WriteError> {
    Ok(sqlx::query_as(include_str!("parked/counts.sql"))
        .bind(lane.projection)
        .bind(lane.version)
        .bind(i16::from(lane.shard))
        .fetch_all(pool)
        .await?)
}

/// Postgres takes no U+0000 in text, and it may be just what the event is parked for.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

pub(super) async fn park(
    connection: &mut Connection,
    lane: &Lane,
    events: &[ParkedEvent],
) -> Result<(), WriteError> {
    for event in events {
        sqlx::query(include_str!("parked/park.sql"))
            .bind(lane.projection)
            .bind(lane.version)
            .bind(i16::from(lane.shard))
            .bind(event.position)
            .bind(without_nul(&event.subject))
            .bind(without_nul(&event.event_type))
            .bind(event.reason.as_str())
            .bind(without_nul(&event.detail))
            .bind(column(&event.holds, |entity: &String| without_nul(entity)))
            .bind(column(&event.touches, |entity: &String| without_nul(entity)))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

pub(super) async fn at(
    connection: &mut Connection,
    lane: &Lane,
    positions: &[i64],
) -> Result<Vec<Parked>, WriteError> {
    Ok(sqlx::query_as(include_str!("parked/at.sql"))
        .bind(lane.projection)
        .bind(lane.version)
        .bind(i16::from(lane.shard))
        .bind(positions)
        .fetch_all(connection)
        .await?)
}

pub(super) async fn claims_on(
    connection: &mut Connection,
    lane: &Lane,
    names: &[String],
    before: i64,
) -> Result<Vec<String>, WriteError> {
    Ok(sqlx::query_scalar(include_str!("parked/claims_on.sql"))
        .bind(lane.projection)
        .bind(lane.version)
        .bind(i16::from(lane.shard))
        .bind(names)
        .bind(before)
        .fetch_all(connection)
        .await?)
}

pub(super) async fn pass_over(
    connection: &mut Connection,
    lane: &Lane,
    positions: &[i64],
) -> Result<(), WriteError> {
    let passed = change(connection, include_str!("parked/pass_over.sql"), lane, positions).await?;
    // Taken back meanwhile, with the version that it was known of: what is held has to be read anew.
    if passed == positions.len() as u64 { Ok(()) } else { Err(WriteError::Fenced) }
}

pub(super) async fn unpark(
    connection: &mut Connection,
    lane: &Lane,
    positions: &[i64],
) -> Result<(), WriteError> {
    change(connection, include_str!("parked/unpark.sql"), lane, positions).await.map(drop)
}

pub(super) async fn give_up(
    connection: &mut Connection,
    lane: &Lane,
    positions: &[i64],
) -> Result<(), WriteError> {
    change(connection, include_str!("parked/give_up.sql"), lane, positions).await.map(drop)
}

async fn change(
    connection: &mut Connection,
    sql: &'static str,
    lane: &Lane,
    positions: &[i64],
) -> Result<u64, WriteError> {
    let done = sqlx::query(sql)
        .bind(lane.projection)
        .bind(lane.version)
        .bind(i16::from(lane.shard))
        .bind(positions)
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}
