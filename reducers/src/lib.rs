//! The folds: events in, rows out.
//!
//! A projection is a name and a pure function from a run of events to row changes ([`social`], [`feeds`]). A lane runs it
//! over one shard of the log, for one version of its tables; [`replay()`] builds a new version. This crate does not know
//! HTTP; it serves its health and metrics through service-kit.

pub mod config;
pub mod feeds;
mod fold;
mod heartbeat;
mod lane;
mod lanes;
pub mod messages;
mod order;
mod quarantine;
pub mod release;
mod replay;
mod run;
pub mod social;
mod status;

pub use fold::{Changes, Fold, KnownEvent};
pub use lane::{BadEvent, Lane, LaneError, OnBad, run_lane};
pub use order::in_order;
pub use quarantine::Claims;
pub use replay::{ReplayError, replay};
pub use run::{projections, run};
pub use status::{Progress, Status};
