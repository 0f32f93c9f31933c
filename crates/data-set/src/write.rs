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
pub mod parked;
mod social;
mod step;

use std::time::Duration;

use postgres_kit::{Limits, Pool};

pub use checkpoint::{Checkpoint, Lane, look, resume};
pub use feeds::{EntryRow, FanOutLimit, FeedChanges, FeedRun, FollowKey, FollowRow, Reach, RepostKey};
pub use heartbeat::{Heartbeat, beat, refuse};
pub use messages::{DeletedRow, EditedRow, EditionRow, MessageChanges, PostedRow};
pub use parked::{ParkedEvent, Reason};
pub use social::accounts::{ProfileRow, RegisteredRow};
pub use social::deactivate::DeactivatedRow;
pub use social::edges::{EdgeChanges, EdgeRow};
pub use social::reads::ReadRow;
pub use social::{Changes, Run};
pub use step::Step;

use crate::pool::UrlError;

/// A statement that takes longer is stuck; the lane starts over from its checkpoint.
const STATEMENT_TIMEOUT_MS: &str = "60000";
/// A worker's first patience with the server. A statement of a usual batch, or of a heartbeat, takes milliseconds, so whoever
/// says nothing for so long is most likely dead.
pub const PATIENCE_MIN: Duration = Duration::from_secs(8);
/// Behind `STATEMENT_TIMEOUT_MS`, so that a server that lives says it first.
pub const PATIENCE_MAX: Duration = Duration::from_secs(64);
const CHECK_OUT_MAX: Duration = Duration::from_secs(5);
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

impl WriteError {
    /// Whether the server said nothing for so long that it counts as dead.
    pub fn is_no_answer(&self) -> bool {
        matches!(self, Self::Unavailable(error) if postgres_kit::is_no_answer(error))
    }
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

/// A pool for one lane, whose statements mean the tables of that schema. Connects when first used.
///
/// The statements name no schema, so that they write any version of their projection; what steers the fold they name in
/// full. A schema that is gone makes them fail: there is no other place where they would look.
pub fn connect(url: &str, application: &str, schema: &str) -> Result<Pool, UrlError> {
    let options = postgres_kit::options(url, application).map_err(UrlError)?.options([
        ("search_path", schema),
        ("synchronous_commit", "off"),
        ("statement_timeout", STATEMENT_TIMEOUT_MS),
    ]);
    let limits = Limits { connections_max: CONNECTIONS, check_out: CHECK_OUT_MAX, statement: PATIENCE_MAX };
    Ok(Pool::new(options, limits))
}

/// Where the tables of one version of a projection are.
pub fn schema(projection: &str, version: i32) -> String {
    format!("{projection}_v{version}")
}

/// One column of rows that are sent as arrays.
fn column<'a, Row, Value>(rows: &'a [Row], value: impl Fn(&'a Row) -> Value) -> Vec<Value> {
    rows.iter().map(value).collect()
}

/// Ends the process at a named step when a test asked for it; nothing in other builds.
pub fn crash_point(_name: &str) {
    #[cfg(feature = "fail-points")]
    fail::fail_point!(_name, |_| std::process::abort());
}
