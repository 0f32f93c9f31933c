//! Events on their way out: which ones consumers get and in which form, and the durables of those that have something
//! done for each: a command, or a request to a webhook.
//!
//! ```text
//!   the log ──▶ Feed ──▶ a queue per account ──▶ deliver, some at once ──▶ Handler
//!                              │
//!                              └─▶ an entry per durable in a bucket beside the log: position, what is open, what is parked
//! ```
//!
//! docs/adr/0044-durables-of-commands.md has the reasons.

mod again;
mod cloud_event;
mod consume;
mod consumer;
mod deliver;
mod durable;
mod durables;
mod feed;
mod filter;
mod lag;
mod order;
mod queues;
mod session;
pub mod words;

pub use again::again;
pub use cloud_event::{Line, line};
pub use consume::ConsumeError;
pub use consumer::{Backoff, Consumer, Settings};
pub use deliver::{Failure, Handler};
pub use durable::{Durable, Failing, Open, Parked};
pub use durables::{Choice, DURABLES_MAX, Durables, DurablesError, PARKED_MAX};
pub use feed::{BATCH, Batch, Batches, Feed, Tailed, pass_on};
pub use filter::Filter;
pub use lag::{Lag, lag};
