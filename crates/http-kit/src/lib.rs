//! Axum parts that both APIs share.
//!
//! Who calls ([`identity`]), what a request may weigh and how long it may take ([`limits`], [`serve()`]), how often and
//! how much at once each caller may ask ([`limit_callers()`], [`rates`]), how its parts are read strictly ([`json`], [`query`], [`path`]), how a refusal looks ([`problem`]), and what surrounds every
//! handler ([`standard()`]). This crate knows no domain, no SQL and no message broker.

pub mod browsers;
pub mod content;
pub mod context;
pub mod etag;
pub mod idempotency;
pub mod identity;
pub mod json;
pub mod limits;
pub mod lineage;
pub mod ops;
pub mod path;
pub mod position;
pub mod problem;
pub mod query;
pub mod rates;
pub mod revocations;
pub mod serve;

mod admission;
mod budget;
mod caller_limits;
mod client_address;
mod deserialize_fault;
mod least_rate;
mod standard;
mod unread;
mod work;

pub use budget::{Budget, Exhausted, Share};
pub use caller_limits::{Spending, limit_callers};
pub use client_address::ClientAddress;
pub use context::RequestContext;
pub use identity::{Caller, Identity, OptionalCaller, Reader};
pub use json::StrictJson;
pub use least_rate::LeastRate;
pub use limits::Limits;
pub use lineage::{KnownLog, KnowsLog};
pub use path::StrictPath;
pub use problem::ApiProblem;
pub use query::StrictQuery;
pub use rates::Action;
pub use serve::{Listener, Tls, bind, serve};
pub use standard::standard;
pub use work::WorkPermit;
