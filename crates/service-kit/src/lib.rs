//! What every process needs besides its work: configuration, telemetry, health and an orderly end.
//!
//! This crate knows no web framework, no domain, no SQL and no message broker. The check of a dependency is registered
//! by the crate that owns that dependency.

mod chain;
pub mod config;
pub mod health;
pub mod ops;
mod seldom;
pub mod shutdown;
mod single_task;
pub mod telemetry;

pub use chain::Chain;
pub use seldom::Seldom;
pub use single_task::SingleTask;
