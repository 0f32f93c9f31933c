//! The read API: rows in, HTTP out.
//!
//! Every answer says which position of the log it reflects, and can wait for one. This crate knows neither the log nor
//! the rules of the domain, and it changes nothing: it only has routes for GET and HEAD.

mod accounts;
mod await_position;
pub mod config;
mod id;
mod log_watch;
mod messages;
mod notifications;
mod openapi;
mod ops;
mod paging;
mod projections;
mod refusal;
mod router;
mod service;
mod state;
mod timeline;

pub use openapi::openapi;
pub use ops::ops_checks;
pub use router::router;
pub use service::serve;
pub use state::AppState;
