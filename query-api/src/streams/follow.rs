//! Follows the data for all streams together, as long as there are any.

use std::sync::Arc;
use std::time::Duration;

use data_set::read::{self, ChangeKey, ReadError};
use service_kit::Chain;
use tokio::time::{Instant, sleep};

use super::dispatch::dispatch;
use super::event;
use super::hub::{Hub, Item};

/// Between two looks. What happens in between is handed on together: each write to a thousand connections costs more than
/// a look.
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// A database that does not answer is not asked more often for it.
const POLL_INTERVAL_AFTER_FAILURE: Duration = Duration::from_millis(500);
/// Of changes that are read at once.
const BATCH_MAX: u16 = 500;
/// Between two signs of life of one stream. Proxies and this service end what is silent for a minute.
const HEARTBEAT_SECONDS: u64 = 15;
const HEARTBEAT_PERIOD: Duration = Duration::from_secs(1);

/// Until the last has left.
pub(super) async fn follow(hub: Arc<Hub>) {
    let (mut beaten_at, mut beats, mut is_reachable) = (Instant::now(), 0_u64, true);
    loop {
        let Some(frontier) = hub.told().go_on() else { return };
        let pause = match step(&hub, frontier).await {
            Ok(()) => {
                is_reachable = true;
                POLL_INTERVAL
            }
            Err(error) => {
                if std::mem::replace(&mut is_reachable, false) {
                    tracing::warn!(error = %Chain(&error), "streams stand still: the data set is not to be read");
                }
                POLL_INTERVAL_AFTER_FAILURE
            }
        };
        if beaten_at.elapsed() >= HEARTBEAT_PERIOD {
            beaten_at = Instant::now();
            beats += 1;
            beat(&hub, beats % HEARTBEAT_SECONDS);
        }
        sleep(pause).await;
    }
}

async fn step(hub: &Hub, mut frontier: ChangeKey) -> Result<(), ReadError> {
    // Mostly nothing happened, and this is the cheapest way to see it.
    let position = read::changes_position(&hub.pool).await?;
    if ChangeKey::behind(position) <= frontier {
        return Ok(());
    }
    loop {
        let changes = read::list_changes(&hub.pool, frontier, i64::MAX, BATCH_MAX).await?;
        dispatch(hub, frontier, &changes).await?;
        frontier = changes.end;
        if changes.is_complete {
            return Ok(());
        }
    }
}

/// Not to all at the same moment.
fn beat(hub: &Hub, turn: u64) {
    let mut told = hub.told();
    let Some(reached) = told.frontier() else { return };
    let content = event::heartbeat(reached);
    let ids: Vec<u64> = told.ids().filter(|id| id % HEARTBEAT_SECONDS == turn).collect();
    for id in ids {
        told.tell(id, Item { before: reached, end: reached, content: Some(content.clone()) });
    }
}
