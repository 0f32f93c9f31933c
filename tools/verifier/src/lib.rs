//! The oracle: what the data set has to hold, folded a second time, and how the data set differs from that.
//!
//! It shares no code with the reducers but the decoding of events: one event after the other into maps, no batches, no
//! SQL, counts counted and never carried along. So a mistake of theirs is not made here, too. It is slow, and it holds
//! everything in memory.
//!
//! [`verify()`] compares, [`repair()`] mends. [`social`] and [`feeds`] are the two folds.

mod compare;
pub mod feeds;
mod follow;
mod model;
mod moment;
mod premises;
mod repair;
mod report;
mod scope;
pub mod social;
mod verify;

/// Rows of one projection, by table.
pub type Tables = std::collections::BTreeMap<&'static str, Vec<serde_json::Value>>;
/// Rows of one table, made while they are asked for: as JSON they take several times the memory of what they are made of.
type Rows<'a> = Box<dyn Iterator<Item = serde_json::Value> + 'a>;

pub use follow::Pace;
pub use premises::Premises;
pub use repair::repair;
pub use report::{Difference, Mended, ProjectionReport, Report, TableReport};
pub use scope::Scope;
pub use verify::{PROJECTIONS, Progress, Stage, Verification, VerifyError, verify};
