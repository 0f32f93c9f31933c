//! The relay: the log in, HTTP out. It hands events on to whoever folds them elsewhere.
//!
//! It stands apart from the dispatcher, so that no consumer slows a write, and from the query API, which does not know
//! the log. It changes no event. What of an event is handed on is said in `event-store/src/disclosure.rs`.
//!
//! ```text
//!              one tail            one ring of what was new
//!   the log ───────────────▶ Recent ───────────────────────▶ pages and streams at its end
//!      │
//!      └─────────────────────────▶ History ────────────────▶ pages and streams behind it, few at a time
//!                                                              and webhooks, from both (webhooks.rs)
//! ```

pub mod config;
mod connect;
mod consumer_lag;
mod events;
mod ops;
mod readings;
mod recent;
mod router;
mod schemas;
mod service;
mod state;
mod webhooks;

pub use connect::connect;
pub use events::EventLimits;
pub use ops::ops_checks;
pub use router::{openapi, router};
pub use service::serve;
pub use state::AppState;
pub use webhooks::{WebhookSettings, send_webhooks};
