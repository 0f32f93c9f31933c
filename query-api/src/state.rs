//! What every handler shares.

use std::sync::Arc;

use axum::extract::FromRef;
use data_set::Pool;
use http_kit::Identity;

use crate::await_position::{PositionWatch, Shown};

/// The data set, the way to learn who asks, and what is known about the data's position. Clones share all of it.
#[derive(Debug, Clone)]
pub struct AppState {
    pub(crate) pool: Pool,
    pub(crate) positions: PositionWatch,
    /// Of what timelines show.
    pub(crate) timeline_positions: PositionWatch,
    identity: Arc<Identity>,
}

impl AppState {
    #[must_use]
    pub fn new(pool: Pool, identity: Arc<Identity>) -> Self {
        let positions = PositionWatch::new(pool.clone(), Shown::Social);
        let timeline_positions = PositionWatch::new(pool.clone(), Shown::Timelines);
        Self { pool, positions, timeline_positions, identity }
    }
}

impl FromRef<AppState> for Arc<Identity> {
    fn from_ref(state: &AppState) -> Self {
        Self::clone(&state.identity)
    }
}
