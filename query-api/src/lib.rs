//! The read API: rows in, HTTP out.
//!
//! Every answer says which position of the log it reflects, and can wait for one. This crate knows neither the log nor
//! the rules of the domain, and it changes nothing: it only has routes for GET and HEAD.

mod accounts;
mod as_of;
mod await_position;
mod catalog;
mod conditions;
pub mod config;
mod contracts;
mod documents;
mod exports;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod id;
mod internal;
mod log_watch;
mod long_poll;
mod messages;
mod moderation;
mod notifications;
mod ops;
mod paging;
mod position;
mod present;
mod projections;
mod refusal;
mod router;
mod service;
mod state;
mod streams;
mod tags;
mod timeline;
mod view;

pub use catalog::CatalogSettings;
pub use exports::ExportLimits;
pub use internal::internal_routes;
pub use ops::ops_checks;
pub use router::{openapi, router};
pub use service::serve;
pub use state::AppState;
pub use streams::StreamLimits;
