//! Events that could not be folded.

use sqlx::PgConnection;

use super::{Lane, WriteError};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedEvent {
    pub position: i64,
    pub subject: String,
    pub event_type: String,
    /// A stable word: `undecodable` or `refused-by-database`.
    pub reason: &'static str,
    pub detail: String,
}

/// Postgres takes no U+0000 in text, and it may be just what the event is parked for.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

pub(super) async fn write(
    connection: &mut PgConnection,
    lane: &Lane,
    parked: &[ParkedEvent],
) -> Result<(), WriteError> {
    for event in parked {
        sqlx::query(include_str!("parked/park.sql"))
            .bind(lane.projection)
            .bind(lane.version)
            .bind(i16::from(lane.shard))
            .bind(event.position)
            .bind(without_nul(&event.subject))
            .bind(without_nul(&event.event_type))
            .bind(event.reason)
            .bind(without_nul(&event.detail))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
