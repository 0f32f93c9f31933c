//! The folds: events in, rows out.
//!
//! A projection is a name, a version and a pure function from a run of events to row changes ([`social`], [`feeds`]). A
//! lane runs it over one shard of the log. This crate does not know HTTP; it serves its health and metrics through
//! service-kit.

pub mod config;
pub mod feeds;
mod fold;
mod heartbeat;
mod lane;
pub mod messages;
mod order;
mod quarantine;
pub mod release;
mod run;
pub mod social;
mod status;

pub use fold::{Changes, Fold, KnownEvent};
pub use lane::{BadEvent, Lane, LaneError, OnBad, run_lane};
pub use order::in_order;
pub use quarantine::Claims;
pub use run::{projections, run};
pub use status::{Progress, Status};
