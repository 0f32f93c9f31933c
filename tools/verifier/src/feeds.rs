//! The projection `feeds`: home timelines.

mod rows;
mod state;

pub(crate) use rows::TABLES;
pub use state::{ReadableFeeds, State};
