//! Body of `GET /v1/projections`.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// How far one projection has folded one shard of the log.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectionStatus {
    /// Name of the projection.
    #[schema(example = "social")]
    pub projection: String,
    /// Version of its tables.
    pub version: u32,
    /// Whether this version is the one that queries show. Another one may be built or kept beside it.
    pub published: bool,
    /// Shard of the log.
    pub shard: u8,
    /// Which log was folded.
    pub lineage: String,
    /// Position of the last folded event, decimal; "0" before the first.
    pub position: String,
    /// Position of the newest event that its worker saw, decimal; null before a worker looked.
    #[schema(required)]
    pub head: Option<String>,
    /// Events between the two; null before a worker looked.
    #[schema(required)]
    pub lag_events: Option<i64>,
    /// The rows are at most this old: seconds since they were last known to be complete.
    #[schema(required)]
    pub lag_seconds: Option<f64>,
    /// What its worker is doing.
    pub state: ProjectionState,
    /// Why its worker refuses the log that it found; null while it does not.
    #[schema(required)]
    pub refusal: Option<String>,
    /// Events that could not be folded; `published.parked_events` lists them.
    pub parked_events: i64,
    /// Events that wait for one of them, because they might meet it.
    pub waiting_events: i64,
    /// Accounts, messages and handles that are parked with them.
    pub parked_entities: i64,
    /// When the last batch was folded.
    #[serde(with = "crate::utc_micros")]
    #[schema(example = "2026-01-31T12:00:00.000000Z")]
    pub folded_at: OffsetDateTime,
}

/// See `ProjectionStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProjectionState {
    /// Everything in the log is folded.
    Idle,
    /// Behind the log, and moving.
    Folding,
    /// Behind the log, alive, and not moving for 10 seconds.
    Stuck,
    /// The log is not the one that the rows were folded from; an operator has to act.
    Refused,
    /// No worker has reported for 10 seconds.
    Silent,
}
