//! The projection `social`: accounts, messages, counts, follows, likes, reposts, notifications.

mod counts;
mod people;
mod rows;
mod state;

pub use state::State;
