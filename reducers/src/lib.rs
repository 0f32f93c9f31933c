//! The folds: events in, rows out.
//!
//! A projection is a name and a pure function from events to row changes ([`social`], [`feeds`]). A projection worker
//! runs it over one shard of the log, for one version of its tables; [`replay()`] builds a new version. What cannot be
//! folded is parked ([`parking`]). This crate does not know HTTP; it serves its health and metrics through service-kit.

pub mod config;
pub mod parking;
mod projections;
mod run;
mod watchdog;
mod worker;

pub use projections::{Changes, ConflictKeys, Fold, KnownEvent, feeds, projections, social};
pub use run::run;
pub use worker::{
    BadEvent, OnBad, Progress, ProjectionWorker, ReplayError, Status, WorkerError, in_order, replay,
    run_worker,
};
