//! What takes events: of which log, for which durable, and what is done for each.

use std::sync::Arc;
use std::time::Duration;

use event_store::EventLog;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::deliver::Handler;
use crate::durable::Durable;
use crate::durables::Durables;
use crate::feed::Feed;
use crate::filter::Filter;

#[derive(Debug, Clone)]
pub struct Settings {
    pub durable: String,
    pub filter: Filter,
    /// Behind which position a new durable begins.
    pub after: i64,
    /// For people, in the entry.
    pub runner: String,
    /// How long a process may be silent before another one takes over.
    pub lease: Duration,
    /// Of an event, before it is parked.
    pub tries: u32,
    pub backoff: Backoff,
    /// Events of different accounts that are handed over at the same time.
    pub at_once: usize,
}

/// Between two tries of an event.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    pub min: Duration,
    pub max: Duration,
}

impl Backoff {
    /// Doubled with each try, and something between half of that and all of it, so that not all come back at once.
    pub(crate) fn pause(&self, tries: u32) -> Duration {
        let doubled = self.min.saturating_mul(2_u32.saturating_pow(tries.saturating_sub(1)));
        doubled.min(self.max).mul_f64(rand::random_range(0.5..=1.0))
    }
}

#[derive(Debug)]
pub struct Consumer {
    pub log: Arc<dyn EventLog>,
    pub feed: Arc<dyn Feed>,
    pub durables: Durables,
    pub handler: Arc<dyn Handler>,
    pub settings: Settings,
    /// Ends it in order: what is under way has a moment to end.
    pub stop: CancellationToken,
    /// The durable as it was written last; `None` while another process has it.
    pub progress: watch::Sender<Option<Durable>>,
}
