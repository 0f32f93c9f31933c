//! The projection `social`: accounts, messages, counts, follows, likes, reposts, notifications.

mod counts;
mod lookups;
mod people;
mod records;
mod rows;
mod state;

pub(crate) use rows::TABLES;
pub use state::State;
