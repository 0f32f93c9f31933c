//! How far every projection has folded every shard.

use time::OffsetDateTime;

use super::error::ReadError;
use super::run::run;
use crate::pool::Pool;
use crate::versions::State as VersionState;

/// One projection on one shard, as the database knows it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ProjectionRow {
    pub projection: String,
    pub version: i32,
    pub shard: i16,
    /// Which log was folded.
    pub lineage: String,
    /// Position of the last folded event.
    pub position: i64,
    /// When the last batch was folded.
    pub folded_at: OffsetDateTime,
    /// Position of the newest event that a worker saw in the log.
    pub head: Option<i64>,
    /// When a worker last looked.
    pub seen_at: Option<OffsetDateTime>,
    /// Until when the rows are known to be complete.
    pub complete_until: Option<OffsetDateTime>,
    /// Events that could not be folded.
    pub parked_events: i64,
    /// Why its worker does not fold the log that it found.
    pub refusal: Option<String>,
    pub state: VersionState,
    /// Events that wait for them.
    pub waiting_events: i64,
    /// Accounts, messages and handles that are parked with them.
    pub parked_entities: i64,
    /// The database's clock, to compare these times with: the clocks of its readers may differ.
    pub now: OffsetDateTime,
}

impl ProjectionRow {
    /// Whether the views show it. Another version may be folded beside it.
    pub fn is_published(&self) -> bool {
        self.state == VersionState::Published
    }

    /// Whether it is the one whose rows the views of messages show, and whose position messages come with.
    pub fn is_shown_in_messages(&self) -> bool {
        self.projection == "social" && self.is_published() && self.shard == 0
    }
}

/// All projections. Empty before a worker ran for the first time.
pub async fn list_projections(pool: &Pool) -> Result<Vec<ProjectionRow>, ReadError> {
    run(|| sqlx::query_as(include_str!("list_projections.sql")).fetch_all(pool)).await
}
