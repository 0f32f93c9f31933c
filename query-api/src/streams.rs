//! Streams: what happens, as it happens, to those who follow it.
//!
//! One task reads what changed in the data set, once for all, and hands it to the streams that asked for it, which it finds
//! by an index. A stream that begins in the past, or that cannot be told what others are told, reads for itself until it
//! has come to where the others are.

mod body;
mod candidates;
mod changes;
mod cursor;
mod dispatch;
mod event;
mod filter;
mod follow;
mod hub;
mod limits;
mod open_stream;
mod page;
mod watch_tokens;

use std::sync::Arc;

use data_set::Pool;
use data_set::read::ReadError;
use http_kit::{Budget, Identity, Limits};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::follow::follow;
use self::hub::{Guest, Hub, Seat};
use crate::AppState;
pub(crate) use changes::{About, Changes};
pub use limits::StreamLimits;
pub(crate) use watch_tokens::watch_tokens;

/// Of the connections to the data set, those that streams may read the past with at a time.
const READERS_MAX: usize = 4;

/// What all streams share. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Streams {
    limits: StreamLimits,
    identity: Arc<Identity>,
    accounts: Arc<Budget<i64>>,
    addresses: Arc<Budget>,
    hub: Arc<Hub>,
    readers: Arc<Semaphore>,
    ending: CancellationToken,
}

impl Streams {
    pub(crate) fn new(pool: Pool, identity: Arc<Identity>, streams: StreamLimits, limits: &Limits) -> Self {
        metrics::describe_gauge!("query_streams", "Streams that are open.");
        metrics::describe_counter!(
            "query_streams_ended_total",
            "Streams that this service ended, by reason."
        );
        metrics::describe_counter!(
            "query_stream_changes_passed_over_total",
            "Changes that could not be read for all streams together, so that each read for itself."
        );
        Self {
            accounts: Budget::new(streams.in_all_max, limits.each(streams.per_account_max)),
            addresses: Budget::new(streams.in_all_max, limits.each(streams.per_address_max)),
            hub: Arc::new(Hub::new(pool)),
            readers: Arc::new(Semaphore::new(READERS_MAX)),
            ending: CancellationToken::new(),
            limits: streams,
            identity,
        }
    }

    /// Takes a seat among those that are told what happens; `None` where all were sent away meanwhile.
    async fn join(&self, guest: &Guest) -> Result<Option<Seat>, ReadError> {
        let seat = self.hub.join(guest).await?;
        self.follow();
        Ok(seat)
    }

    /// The data, unless it is followed already.
    fn follow(&self) {
        self.hub.following.ensure(|| follow(Arc::clone(&self.hub)));
    }

    /// Ends all, so that their clients go on elsewhere.
    pub(crate) fn end(&self) {
        self.ending.cancel();
        self.hub.end("shutdown");
    }

    /// Ends all of another log than this, once its name is known.
    pub(crate) fn end_of_other_log(&self) {
        self.hub.end("other-log");
    }
}

fn set(ids: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut ids: Vec<i64> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(open_stream::open_stream))
}
