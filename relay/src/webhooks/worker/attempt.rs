//! One try to send an event, and how long the next one waits.

use std::time::Duration;

use event_store::{EventLog, ReadError};

use super::super::WebhookSettings;
use super::super::sender::{Sender, Sent};
use super::super::webhook::Webhook;
use super::super::window::Item;

/// What came of a try.
pub(super) enum Tried {
    Sent(Sent),
    /// Its words are gone.
    LeftOut,
    LogAway(ReadError),
}

/// Reads it at the last moment: it may have waited, and its words may be gone since it was met.
pub(super) async fn try_once(log: &dyn EventLog, sender: &Sender, webhook: &Webhook, item: Item) -> Tried {
    match consumers::again(log, item.position).await {
        Ok(Some(line)) => Tried::Sent(sender.send(webhook, &line).await),
        Ok(None) => Tried::LeftOut,
        Err(error) => Tried::LogAway(error),
    }
}

/// Doubled with each try, and something between half of that and all of it, so that receivers are not met by all at once.
pub(super) fn pause(settings: &WebhookSettings, tries: u32) -> Duration {
    let doubled = settings.retry_min.saturating_mul(2_u32.saturating_pow(tries.saturating_sub(1)));
    doubled.min(settings.retry_max).mul_f64(rand::random_range(0.5..=1.0))
}
