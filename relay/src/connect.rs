//! Reaching the log, also one that is not there yet when the process starts, and keeping up with it.

use std::sync::Arc;
use std::time::Duration;

use domain::{Position, Sequence};
use event_store::{EventLog, OpenError, ReadError};
use event_store_open::StoreConfig;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::consumer_lag;
use crate::recent::Recent;
use crate::state::{AppState, Opened};

const RETRY_PERIOD: Duration = Duration::from_millis(500);
const WATCH_PERIOD: Duration = Duration::from_secs(1);
/// Events that are taken from the tail at once.
const BATCH: usize = 500;

/// Opens the log, trying until it succeeds or the token is cancelled, and from then on follows it until that is. The
/// dispatcher makes the log; here it is only waited for.
///
/// # Errors
/// Where the log must not be trusted.
pub async fn connect(
    state: &AppState,
    config: StoreConfig,
    token: CancellationToken,
) -> Result<(), OpenError> {
    metrics::gauge!("relay_log_refused").set(0.0);
    let log = loop {
        // On the heap: the future of opening is large and used once.
        match token.run_until_cancelled(Box::pin(config.open_log())).await {
            None => return Ok(()),
            Some(Ok(log)) => break log,
            Some(Err(error @ OpenError::Unavailable(_))) => {
                tracing::info!(reason = %error, "waiting for the log");
                token.run_until_cancelled(tokio::time::sleep(RETRY_PERIOD)).await;
            }
            Some(Err(error)) => return Err(error),
        }
    };
    tracing::info!(stream.lineage = %log.lineage(), "the log is open");
    let watching = watch(state.clone(), Arc::clone(&log), token.clone());
    tokio::spawn(async move { token.run_until_cancelled(watching).await });
    let telling = consumer_lag::tell(state.clone(), Arc::clone(&log), config);
    let end = state.end().clone();
    tokio::spawn(async move { end.run_until_cancelled(telling).await });
    let following = follow(state.clone(), log);
    let end = state.end().clone();
    tokio::spawn(async move { end.run_until_cancelled(following).await });
    Ok(())
}

/// Fills what is recent, from the head that the log has now.
async fn follow(state: AppState, log: Arc<dyn EventLog>) {
    loop {
        match follow_once(&state, &log).await {
            // The tail is gone without a word, or the log could not be reached.
            Ok(()) | Err(ReadError::Unavailable(_)) => tokio::time::sleep(RETRY_PERIOD).await,
            Err(error) => return state.refuse(&error.to_string()),
        }
    }
}

async fn follow_once(state: &AppState, log: &Arc<dyn EventLog>) -> Result<(), ReadError> {
    let after = match state.opened() {
        Some(opened) => sequence(opened.recent.end()),
        None => log.head().await?,
    };
    let mut tail = log.tail(after).await?;
    if state.opened().is_none() {
        let recent = Arc::new(Recent::from(Position::new(after, log.shard())));
        state.open(Opened { log: Arc::clone(log), recent });
    }
    let Some(opened) = state.opened() else { return Ok(()) };
    while let Some(events) = tail.next_batch(BATCH).await {
        opened.recent.push(&events?);
    }
    Ok(())
}

fn sequence(position: i64) -> Sequence {
    Position::from_i64(position).unwrap_or_default().sequence()
}

/// Looks again and again whether the log is still the one that was opened: one that was replaced sends the tail nothing.
async fn watch(state: AppState, log: Arc<dyn EventLog>, token: CancellationToken) {
    let mut ticks = tokio::time::interval(WATCH_PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while token.run_until_cancelled(ticks.tick()).await.is_some() {
        match log.head().await {
            Err(error) if error.is_of_wrong_log() => return state.refuse(&error.to_string()),
            _ => {}
        }
    }
}
