//! What tests make a process do wrong: crash between two steps, or act on a planted bug. A suite that stays green with
//! one of those bugs proves nothing.
//!
//! The code asks `planted("await-ignored")` where that mistake would be made, and says `crash_point("after-receive")`
//! between two steps. Only builds with the feature `armed` do anything then, and of those only a process whose environment
//! names that bug or that point.

mod crash_point;
mod planted;

pub use crash_point::{CRASH_POINT, crash_point};
pub use planted::{NOTICE, PLANTED_BUG, planted};
