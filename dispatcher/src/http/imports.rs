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
mod import_lines;
mod lines;
mod parse;
mod references;

#[cfg(feature = "fuzz")]
pub(crate) use import_lines::read_lines;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::default().routes(routes!(import_lines::import_lines))
}
