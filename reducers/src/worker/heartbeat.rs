//! About once a second a worker writes down what it sees of its log, for those who watch it through the database, and
//! sets its gauges. Apart from the worker's own loop, so that a long batch does not look like a dead worker.

use std::time::Duration;

use data_set::write::{self, Heartbeat, Reason, parked};
use domain::Position;
use time::OffsetDateTime;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::projection_worker::ProjectionWorker;

const PERIOD: Duration = Duration::from_secs(1);

pub(super) async fn run(worker: ProjectionWorker, token: CancellationToken) {
    let key = worker.key();
    let mut ticks = tokio::time::interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while token.run_until_cancelled(ticks.tick()).await.is_some() {
        if let Err(error) = beat(&worker, &key).await {
            tracing::debug!(%error, projection = key.projection, "no heartbeat");
        }
    }
    // A version that is not folded here any more must not look late for ever.
    set_lag(&labels(&key), 0, 0.0);
}

async fn beat(worker: &ProjectionWorker, key: &write::ProjectionKey) -> anyhow::Result<()> {
    let ProjectionWorker { log, pool, status, .. } = worker;
    let refusal = status.refusal();
    metrics::gauge!("reducer_log_refused", "projection" => key.projection).set(if refusal.is_some() {
        1.0
    } else {
        0.0
    });
    if let Some(why) = refusal {
        return Ok(write::refuse(pool, key, &why).await?);
    }
    // The clock is read before the head, so that "complete until now" is never claimed for later events.
    let now = OffsetDateTime::now_utc();
    let head = Position::new(log.head().await?, log.shard());
    let Some(progress) = status.progress() else { return Ok(()) };
    let is_complete = progress.position.sequence() >= head.sequence();
    let complete_until = if is_complete { now } else { progress.recorded_at };
    let lag_events = head.sequence().get().saturating_sub(progress.position.sequence().get());
    let lag_seconds = if is_complete { 0.0 } else { (now - complete_until).as_seconds_f64().max(0.0) };
    set_gauges(key, head, progress.position, lag_events, lag_seconds);
    let parked = parked::counts(pool, key).await?;
    for reason in Reason::PARKED.map(Reason::as_str) {
        let count = parked.iter().find(|(parked, _)| parked == reason).map_or(0, |(_, count)| *count);
        set_parked(key, reason, count);
    }
    write::beat(pool, key, Heartbeat { head: head.get(), complete_until }).await?;
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float, and 2^53 events are not reached")]
fn set_parked(key: &write::ProjectionKey, reason: &'static str, count: i64) {
    let labels = [
        ("projection", key.projection.to_owned()),
        ("version", key.version.to_string()),
        ("reason", reason.to_owned()),
    ];
    metrics::gauge!("reducer_parked_events", &labels).set(count as f64);
}

/// Gauges are floats; a position is shown as its sequence, which they hold exactly up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "a gauge is a float, and 2^53 events are not reached")]
fn set_gauges(
    key: &write::ProjectionKey,
    head: Position,
    position: Position,
    lag_events: u64,
    lag_seconds: f64,
) {
    let labels = labels(key);
    metrics::gauge!("reducer_log_head_sequence", &labels).set(head.sequence().get() as f64);
    metrics::gauge!("reducer_checkpoint_sequence", &labels).set(position.sequence().get() as f64);
    set_lag(&labels, lag_events, lag_seconds);
}

#[expect(clippy::cast_precision_loss, reason = "as above")]
fn set_lag(labels: &[(&'static str, String); 2], events: u64, seconds: f64) {
    metrics::gauge!("reducer_lag_events", labels).set(events as f64);
    metrics::gauge!("reducer_lag_seconds", labels).set(seconds);
}

/// Of everything that is measured of a worker.
pub(super) fn labels(key: &write::ProjectionKey) -> [(&'static str, String); 2] {
    [("projection", key.projection.to_owned()), ("version", key.version.to_string())]
}
