//! What the domain decides, and what its values promise. No test here touches anything outside the process.

mod account;
mod edges;
mod ids;
mod message;
mod original_time;
mod profile;
mod tag;
mod text;
mod token;
mod unicode;
