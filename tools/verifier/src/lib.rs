//! The oracle: what the data set has to hold, folded a second time, and how the data set differs from that.
//!
//! It shares only the decoding of events with the reducers: one event after the other into maps, no batches, no
//! SQL, counts counted and never carried along. So a mistake of theirs is not made here, too. It is slow, and it holds
//! everything in memory.
//!
//! [`verify()`] compares, [`repair()`] repairs, [`refold()`] says what a view held at any position. [`social`], [`feeds`]
//! and [`history`] are the folds.

mod check;
mod compare;
mod error;
pub mod feeds;
mod follow;
pub mod history;
mod inputs;
mod model;
mod pace;
mod refold;
mod repair;
mod report;
mod rows;
mod scope;
pub mod social;
mod timestamp;
mod verification;
mod verify;
mod views;

pub use error::VerifyError;
pub use inputs::Inputs;
pub use pace::Pace;
pub use refold::{Refolded, refold};
pub use repair::repair;
pub use report::{Difference, ProjectionReport, Repaired, Report, TableReport};
pub use rows::Tables;
pub use scope::Scope;
pub use verification::{PROJECTIONS, Progress, Stage, Verification};
pub use verify::verify;
