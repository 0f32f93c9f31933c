//! Home timelines, what is new in them, and what a single account showed.
//!
//! They join two projections, `social` and `feeds`. Their position is the smaller of both, and entries above it are not
//! shown, whichever of the two is ahead.

mod account_items;
mod entries;
mod home;
mod page;
mod position;
mod updates;

pub use account_items::account_items;
pub use home::timeline;
pub use page::FeedRange;
pub use position::timeline_position;
pub use updates::{TimelineUpdates, timeline_updates};
