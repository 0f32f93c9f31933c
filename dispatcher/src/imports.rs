//! Bringing accounts and what they did along from elsewhere, with original times: one request, many commands.
//!
//! ```text
//!   body ─▶ lines ─▶ parse, in their order ─▶ carried out side by side ─▶ reports, in their order
//!                      │  what earlier lines promise          ▲
//!                      └──────▶ references ───────────────────┘  waits for the line that it names
//! ```
//!
//! A line waits for earlier ones alone, and the earliest that is under way waits for none; so all of them get on.

mod carry_out;
pub(crate) mod import_lines;
mod lines;
mod parse;
mod references;
mod turns;

pub(crate) use import_lines::import_lines;
pub(crate) use turns::Turns;
