//! What every handler shares.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;
use data_set::Pool;
use http_kit::position::AwaitPosition;
use http_kit::{Identity, KnownLog, KnowsLog, Limits, WaitingRoom};
use tokio_util::sync::CancellationToken;

use crate::await_position::{AwaitedData, PositionWatch};
use crate::catalog::CatalogSettings;
use crate::exports::{ExportLimits, Exports};
use crate::log_watch::LogWatch;
use crate::streams::{StreamLimits, Streams, watch_tokens};

/// The data set, the way to learn who asks, and what is known about the data's position. A clone is one count: axum makes
/// one per layer and extractor of a request.
#[derive(Debug, Clone)]
pub struct AppState(Arc<Shared>);

/// What clones share.
#[derive(Debug, Clone)]
pub struct Shared {
    pub(crate) pool: Pool,
    pub(crate) positions: PositionWatch,
    /// Of what timelines show.
    pub(crate) timeline_positions: PositionWatch,
    /// Of what the past is told from.
    pub(crate) past_positions: PositionWatch,
    /// Of what all projections hold.
    pub(crate) all_positions: PositionWatch,
    /// Where those sit who wait for a change.
    pub(crate) room: WaitingRoom,
    pub(crate) log: LogWatch,
    pub(crate) exports: Exports,
    pub(crate) streams: Streams,
    pub(crate) catalog: CatalogSettings,
    identity: Arc<Identity>,
}

impl AppState {
    #[must_use]
    pub fn new(pool: Pool, identity: Arc<Identity>, limits: &Limits) -> Self {
        let room = WaitingRoom::new(limits);
        let positions = PositionWatch::new(pool.clone(), AwaitedData::Social, room.clone());
        let timeline_positions = PositionWatch::new(pool.clone(), AwaitedData::Timelines, room.clone());
        let past_positions = PositionWatch::new(pool.clone(), AwaitedData::Past, room.clone());
        let all_positions = PositionWatch::new(pool.clone(), AwaitedData::All, room.clone());
        let log = LogWatch::new(pool.clone());
        let exports = Exports::new(ExportLimits::default(), limits);
        let streams = Streams::new(pool.clone(), Arc::clone(&identity), StreamLimits::default(), limits);
        let catalog = CatalogSettings::default();
        Self(Arc::new(Shared {
            pool,
            positions,
            timeline_positions,
            past_positions,
            all_positions,
            room,
            log,
            exports,
            streams,
            catalog,
            identity,
        }))
    }

    fn change(self, change: impl FnOnce(&mut Shared)) -> Self {
        let mut shared = Arc::unwrap_or_clone(self.0);
        change(&mut shared);
        Self(Arc::new(shared))
    }

    /// With other bounds for exports.
    #[must_use]
    pub fn with_exports(self, exports: ExportLimits, limits: &Limits) -> Self {
        self.change(|shared| shared.exports = Exports::new(exports, limits))
    }

    /// With what an operator says of the data.
    #[must_use]
    pub fn with_catalog(self, catalog: CatalogSettings) -> Self {
        self.change(|shared| shared.catalog = catalog)
    }

    /// With other bounds for streams.
    #[must_use]
    pub fn with_streams(self, streams: StreamLimits, limits: &Limits) -> Self {
        let (pool, identity) = (self.pool.clone(), Arc::clone(&self.identity));
        self.change(|shared| shared.streams = Streams::new(pool, identity, streams, limits))
    }

    /// The position up to which all queries show the log, once that is not before `position` or the wait is over; for
    /// other services of the installation. `None` where the data is of another log, or cannot be read.
    pub async fn reach(&self, lineage: &str, position: i64, wait: Duration) -> Option<i64> {
        let KnownLog { lineage: known, refusal } = self.log.known_log().await;
        if known.as_deref() != Some(lineage) || refusal.is_some() {
            return None;
        }
        let awaited = AwaitPosition::of_service(position, wait);
        self.all_positions.position(&awaited).await.map_or_else(|refusal| refusal.position(), Some)
    }

    /// Follows what the data says of its log until the token is cancelled; without it nothing is known of the log. Then
    /// nobody waits for data any more.
    pub async fn keep_watching(&self, token: CancellationToken) {
        let ending = async {
            token.cancelled().await;
            self.positions.end();
            self.timeline_positions.end();
            self.past_positions.end();
            self.all_positions.end();
            self.streams.end();
        };
        let other_log = async {
            while token.run_until_cancelled(self.log.is_another()).await.is_some() {
                self.streams.end_of_other_log();
            }
        };
        let tokens = watch_tokens(&self.streams, token.clone());
        tokio::join!(self.log.keep_watching(token.clone()), ending, other_log, tokens);
    }
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl FromRef<AppState> for Arc<Identity> {
    fn from_ref(state: &AppState) -> Self {
        Self::clone(&state.identity)
    }
}
