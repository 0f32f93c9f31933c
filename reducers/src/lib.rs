//! The folds: events in, rows out.
//!
//! A projection is a name and a pure function from a run of events to row changes ([`social`], [`feeds`]). A lane runs it
//! over one shard of the log, for one version of its tables; [`replay()`] builds a new version. This crate does not know
//! HTTP; it serves its health and metrics through service-kit.

pub mod config;
pub mod parking;
mod projections;
mod run;
mod worker;

pub use projections::{Changes, Claims, Fold, KnownEvent, feeds, social};
pub use run::{projections, run};
pub use worker::{
    BadEvent, Lane, LaneError, OnBad, Progress, ReplayError, Status, in_order, replay, run_lane,
};
