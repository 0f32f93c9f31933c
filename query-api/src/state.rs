//! What every handler shares.

use std::sync::Arc;

use axum::extract::FromRef;
use data_set::Pool;
use http_kit::{Identity, Limits};
use tokio_util::sync::CancellationToken;

use crate::await_position::{AwaitedData, PositionWatch, WaitingRoom};
use crate::catalog::CatalogSettings;
use crate::exports::{ExportLimits, Exports};
use crate::log_watch::LogWatch;

/// The data set, the way to learn who asks, and what is known about the data's position. Clones share all of it.
#[derive(Debug, Clone)]
pub struct AppState {
    pub(crate) pool: Pool,
    pub(crate) positions: PositionWatch,
    /// Of what timelines show.
    pub(crate) timeline_positions: PositionWatch,
    /// Of what the past is told from.
    pub(crate) past_positions: PositionWatch,
    pub(crate) log: LogWatch,
    pub(crate) exports: Exports,
    pub(crate) catalog: Arc<CatalogSettings>,
    identity: Arc<Identity>,
}

impl AppState {
    #[must_use]
    pub fn new(pool: Pool, identity: Arc<Identity>, limits: &Limits) -> Self {
        let room = WaitingRoom::new(limits);
        let positions = PositionWatch::new(pool.clone(), AwaitedData::Social, room.clone());
        let timeline_positions = PositionWatch::new(pool.clone(), AwaitedData::Timelines, room.clone());
        let past_positions = PositionWatch::new(pool.clone(), AwaitedData::Past, room);
        let log = LogWatch::new(pool.clone());
        let exports = Exports::new(ExportLimits::default(), limits);
        let catalog = Arc::default();
        Self { pool, positions, timeline_positions, past_positions, log, exports, catalog, identity }
    }

    /// With other bounds for exports.
    #[must_use]
    pub fn with_exports(self, exports: ExportLimits, limits: &Limits) -> Self {
        Self { exports: Exports::new(exports, limits), ..self }
    }

    /// With what an operator says of the data.
    #[must_use]
    pub fn with_catalog(self, catalog: CatalogSettings) -> Self {
        Self { catalog: Arc::new(catalog), ..self }
    }

    /// Follows what the data says of its log until the token is cancelled; without it nothing is known of the log. Then
    /// nobody waits for data any more.
    pub async fn keep_watching(&self, token: CancellationToken) {
        let ending = async {
            token.cancelled().await;
            self.positions.end();
            self.timeline_positions.end();
            self.past_positions.end();
        };
        tokio::join!(self.log.keep_watching(token.clone()), ending);
    }
}

impl FromRef<AppState> for Arc<Identity> {
    fn from_ref(state: &AppState) -> Self {
        Self::clone(&state.identity)
    }
}
