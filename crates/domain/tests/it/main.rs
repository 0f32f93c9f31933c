//! What the domain decides, and what its values promise. No test here touches anything outside the process.

mod ids;
mod message;
mod original_time;
mod tag;
mod text;
mod token;
