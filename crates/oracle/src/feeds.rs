//! The projection `feeds`: home timelines.

mod rows;
mod state;

pub use state::{ReadableFeeds, State};
