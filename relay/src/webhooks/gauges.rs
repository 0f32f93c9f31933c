//! What is measured of webhooks. There are few, so each has its own.

use domain::Position;
use time::OffsetDateTime;
use uuid::Uuid;

use super::window::Window;
use super::work::Progress;

pub(super) fn count(webhook: Uuid, outcome: &'static str) {
    let webhook = webhook.to_string();
    metrics::counter!("webhook_tries_total", "webhook" => webhook, "outcome" => outcome).increment(1);
}

/// `end` is the position of the log's newest event.
pub(super) fn tell(webhook: Uuid, progress: &Progress, window: &Window, end: i64) {
    let waits = |since: OffsetDateTime| (OffsetDateTime::now_utc() - since).as_seconds_f64().max(0.0);
    let seconds = window.oldest().map_or(0.0, waits);
    set(
        webhook,
        lag_events(progress.position, end),
        seconds,
        progress.parked.len(),
        progress.stopped.is_some(),
    );
}

/// Another relay tells from now on.
pub(super) fn clear(webhook: Uuid) {
    set(webhook, 0, 0.0, 0, false);
}

/// Events of the log behind a position, also those that are not meant.
pub(super) fn lag_events(position: i64, end: i64) -> u64 {
    let sequence = |position| Position::from_i64(position).unwrap_or_default().sequence().get();
    sequence(end).saturating_sub(sequence(position))
}

fn set(webhook: Uuid, lag_events: u64, lag_seconds: f64, parked: usize, is_stopped: bool) {
    let label = [("webhook", webhook.to_string())];
    metrics::gauge!("webhook_lag_events", &label).set(lag_events as f64);
    metrics::gauge!("webhook_lag_seconds", &label).set(lag_seconds);
    metrics::gauge!("webhook_parked_events", &label).set(parked as f64);
    metrics::gauge!("webhook_stopped", &label).set(if is_stopped { 1.0 } else { 0.0 });
}
