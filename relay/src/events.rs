//! Events on their way out.

mod access;
mod event_query;
mod follow;
mod history;
mod limits;
mod list_events;
mod page;

use bytes::{Bytes, BytesMut};
use consumers::Line;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) use event_query::{account, check_shard, is_handed_on, tag};
pub use limits::EventLimits;
pub(crate) use list_events::is_reached;

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
    pub(crate) lines: Vec<Line>,
    /// Of them all.
    pub(crate) bytes: usize,
    /// All events up to this position were looked at.
    pub(crate) through: i64,
    /// There was nothing behind it.
    pub(crate) is_end: bool,
}

impl Chunk {
    pub(crate) fn behind(position: i64) -> Self {
        Self { through: position, ..Self::default() }
    }

    pub(crate) fn push(&mut self, line: Line) {
        self.bytes += line.json.len();
        self.lines.push(line);
    }

    pub(crate) fn is_full(&self, bounds: &Bounds) -> bool {
        self.lines.len() >= bounds.events_max || self.bytes >= bounds.bytes_max
    }

    /// All lines, one behind the other.
    fn body(&self) -> Bytes {
        let mut body = BytesMut::with_capacity(self.bytes);
        self.lines.iter().for_each(|line| body.extend_from_slice(&line.json));
        body.freeze()
    }
}
