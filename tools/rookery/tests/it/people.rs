//! What people do with the whole system, through its public API.

pub(crate) mod client;
mod features;
mod model;
mod property;
