//! Events on their way out.

mod access;
mod event_query;
mod follow;
mod history;
mod limits;
mod list_events;
mod page;

use bytes::Bytes;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub use limits::EventLimits;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(list_events::list_events))
}

/// What is taken at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) events_max: usize,
    /// No more is added from here on.
    pub(crate) bytes_max: usize,
}

/// Lines of consecutive events, as far as a filter lets them through.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chunk {
    pub(crate) lines: Bytes,
    /// How many lines these are.
    pub(crate) events: usize,
    /// All events up to this position were looked at.
    pub(crate) through: i64,
    /// There was nothing behind it.
    pub(crate) is_end: bool,
}
