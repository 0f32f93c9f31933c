//! The projection `history`: what was there, from when to when.

mod rows;
mod state;

pub(crate) use rows::TABLES;
pub use state::State;
