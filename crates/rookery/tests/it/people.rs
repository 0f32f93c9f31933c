//! What people do with the whole system, through its public API.

mod client;
mod features;
mod model;
mod property;
