//! What the reducers write: rows and checkpoint of one batch, in one transaction.
//!
//! ```text
//!   begin ─ fence ─ rows ─ counts ─ parked ─ commit
//! ```
//!
//! The fence moves the checkpoint from the batch's begin to its end and locks its row. A worker that does not find the
//! checkpoint where its batch begins changes nothing. A crash at any point leaves either all of the batch or none.
//!
//! `synchronous_commit` is off: a lost commit takes its checkpoint along, and the batch is folded again.

mod checkpoint;
mod counts;
mod feeds;
mod heartbeat;
mod messages;
mod parked;
mod social;

use std::time::Duration;

use planted_bugs::planted;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Postgres, Transaction};

pub use checkpoint::{Lane, resume};
pub use feeds::{
    EntryRow, FanOutLimit, FeedBatch, FeedChanges, FeedRun, FollowKey, FollowRow, RepostKey, commit_feeds,
};
pub use heartbeat::{Heartbeat, beat};
pub use messages::{DeletedRow, EditedRow, EditionRow, MessageChanges, PostedRow};
pub use parked::ParkedEvent;
pub use social::accounts::{ProfileRow, RegisteredRow};
pub use social::deactivate::DeactivatedRow;
pub use social::edges::{EdgeChanges, EdgeRow};
pub use social::reads::ReadRow;
pub use social::{Changes, Run};

use crate::pool::UrlError;

/// A batch that takes longer is stuck; the lane starts over from its checkpoint.
const STATEMENT_TIMEOUT_MS: &str = "60000";
/// One for the batch, one for the heartbeat.
const CONNECTIONS: u32 = 2;

/// Why a batch was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The checkpoint is not where the batch begins: another worker folded it.
    #[error("another worker moved the checkpoint")]
    Fenced,
    /// The rows were folded from another log.
    #[error("the data set was folded from log {found}, but this is log {expected}")]
    OtherLineage { expected: String, found: String },
    /// The database refuses the values of this batch, and would again.
    #[error("the database refuses the rows")]
    Refused(#[source] sqlx::Error),
    #[error("the database cannot be written")]
    Unavailable(#[source] sqlx::Error),
}

impl From<sqlx::Error> for WriteError {
    fn from(error: sqlx::Error) -> Self {
        // Class 22 is "data exception", 23 "integrity constraint violation", 54 "program limit exceeded".
        let is_about_values = error
            .as_database_error()
            .and_then(|error| error.code())
            .is_some_and(|code| ["22", "23", "54"].iter().any(|class| code.starts_with(class)));
        if is_about_values { Self::Refused(error) } else { Self::Unavailable(error) }
    }
}

/// A pool for one lane. Connects when first used.
pub fn connect(url: &str, application: &str) -> Result<PgPool, UrlError> {
    let options: PgConnectOptions = url.parse().map_err(UrlError)?;
    let options = options.application_name(application).options([
        ("synchronous_commit", "off"),
        ("statement_timeout", STATEMENT_TIMEOUT_MS),
        ("idle_in_transaction_session_timeout", STATEMENT_TIMEOUT_MS),
    ]);
    Ok(PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(Duration::from_secs(5))
        .test_before_acquire(false)
        .connect_lazy_with(options))
}

/// One batch of the projection `social`: what the events between two positions came to.
#[derive(Debug, Default)]
pub struct Batch {
    /// Applied one behind the other.
    pub runs: Vec<Run>,
    pub parked: Vec<ParkedEvent>,
}

/// Writes a batch and moves the checkpoint, both or neither.
pub async fn commit(pool: &PgPool, lane: &Lane, from: i64, to: i64, batch: &Batch) -> Result<(), WriteError> {
    let mut transaction = begin(pool, lane, from, to).await?;
    social::write(&mut transaction, &batch.runs).await?;
    finish(transaction, lane, &batch.parked).await
}

/// Moves the checkpoint over events that come to nothing but a note of why.
pub async fn park(
    pool: &PgPool,
    lane: &Lane,
    from: i64,
    to: i64,
    parked: &[ParkedEvent],
) -> Result<(), WriteError> {
    let transaction = begin(pool, lane, from, to).await?;
    finish(transaction, lane, parked).await
}

/// A transaction that is past the fence.
async fn begin(
    pool: &PgPool,
    lane: &Lane,
    from: i64,
    to: i64,
) -> Result<Transaction<'static, Postgres>, WriteError> {
    let mut transaction = pool.begin().await?;
    lane_crash_point(lane, "after-begin");
    checkpoint::advance(&mut transaction, lane, from, to).await?;
    if planted("checkpoint-outside") {
        transaction.commit().await?;
        transaction = pool.begin().await?;
    }
    lane_crash_point(lane, "after-fence");
    Ok(transaction)
}

async fn finish(
    mut transaction: Transaction<'static, Postgres>,
    lane: &Lane,
    parked: &[ParkedEvent],
) -> Result<(), WriteError> {
    lane_crash_point(lane, "after-rows");
    parked::write(&mut transaction, lane, parked).await?;
    lane_crash_point(lane, "before-commit");
    transaction.commit().await?;
    lane_crash_point(lane, "after-commit");
    Ok(())
}

/// One column of rows that are sent as arrays.
fn column<'a, Row, Value>(rows: &'a [Row], value: impl Fn(&'a Row) -> Value) -> Vec<Value> {
    rows.iter().map(value).collect()
}

/// As below, at a step that every lane takes: `feeds-after-begin`.
fn lane_crash_point(_lane: &Lane, _step: &str) {
    #[cfg(feature = "fail-points")]
    crash_point(&format!("{}-{_step}", _lane.projection));
}

/// Ends the process at a named step when a test asked for it; nothing in other builds.
pub fn crash_point(_name: &str) {
    #[cfg(feature = "fail-points")]
    fail::fail_point!(_name, |_| std::process::abort());
}
