//! Jobs by schedule: each window of a job is run once by any number of runners, and the ledger says how that went.
//!
//! ```text
//!   schedule ──▶ windows ──▶ ledger: claim, beat, try, end ──▶ command
//!                  ▲            ▲ a bucket beside the log; each write is fenced by what was read
//!              wall clock    positions of the log
//! ```
//!
//! A window is the time between two firings of the schedule. Its effects happen at least once: a runner that dies in
//! mid-run leaves a window that another one takes over. docs/adr/0041-jobs.md has the reasons.

pub mod child;
mod clock;
mod job;
mod ledger;
mod run;
mod runner;
mod schedule;

pub use job::{Clock, Job, JobsError, Overlap, Reads, parse};
pub use ledger::{Entry, Ledger, Outcome, Output, State};
pub use run::{DataSet, RunError, Runner, Settings};
pub use runner::serve;
pub use schedule::{Schedule, ScheduleError, Window};
