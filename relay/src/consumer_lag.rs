//! How far consumers are, for metrics: the named ones of the broker, the durables of commands, and webhooks. This process
//! tells it because it runs also while they do not.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use consumers::{Durables, lag};
use event_store::{EventLog, buckets};
use event_store_open::{BrokerConsumers, StoreConfig};
use time::OffsetDateTime;
use tokio::time::MissedTickBehavior;

use crate::AppState;

const PERIOD: Duration = Duration::from_secs(10);
/// A look that takes longer is given up.
const LOOK_MAX: Duration = Duration::from_secs(9);
/// Consumers of which anything was ever told; more are not told. There are 96 at a time.
const TOLD_MAX: usize = 256;

const BROKER: &str = "broker";
const COMMAND: &str = "command";
const WEBHOOK: &str = "webhook";

/// What was found of one.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone)]
struct Watched {
    kind: &'static str,
    name: String,
}

/// Where to look.
struct Sources {
    state: AppState,
    log: Arc<dyn EventLog>,
    broker: BrokerConsumers,
    durables: Durables,
}

/// Tells it until it is dropped.
pub(crate) async fn tell(state: AppState, log: Arc<dyn EventLog>, config: StoreConfig) {
    let (mut sources, mut told) = (None, BTreeSet::new());
    let mut ticks = tokio::time::interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let look = async {
            if sources.is_none() {
                sources = Some(open(&state, &log, &config).await?);
            }
            match &sources {
                Some(sources) => look(sources, &mut told).await,
                None => Ok(()),
            }
        };
        match tokio::time::timeout(LOOK_MAX, look).await {
            Ok(Ok(())) => {}
            Ok(Err(why)) => tracing::debug!(why, "how far consumers are is not known"),
            Err(_elapsed) => tracing::debug!("how far consumers are was not told in time"),
        }
    }
}

async fn open(state: &AppState, log: &Arc<dyn EventLog>, config: &StoreConfig) -> Result<Sources, String> {
    let broker = BrokerConsumers::connect(config, log.shard()).await.map_err(|error| error.to_string())?;
    let bucket =
        event_store_open::find_bucket(&config.url, &config.client_name, log.shard(), buckets::CONSUMERS);
    let durables = Durables::new(bucket.await.map_err(|error| error.to_string())?);
    Ok(Sources { state: state.clone(), log: Arc::clone(log), broker, durables })
}

async fn look(sources: &Sources, told: &mut BTreeSet<Watched>) -> Result<(), String> {
    let (now, mut found) = (OffsetDateTime::now_utc(), BTreeSet::new());
    for consumer in sources.broker.list().await.map_err(|error| error.to_string())? {
        let seconds = consumer.behind_since.map_or(0, |since| (now - since).whole_seconds().max(0));
        let watched = Watched { kind: BROKER, name: consumer.name };
        found.extend(watched.tell(told, consumer.lag, seconds, 0));
    }
    let commands = sources.durables.list().await.map_err(|error| error.to_string())?;
    let webhooks = sources.state.webhooks().begun().await?;
    let commands = commands.into_iter().map(|(name, durable)| (COMMAND, name, durable));
    let webhooks = webhooks.into_iter().map(|(name, durable)| (WEBHOOK, name, durable));
    for (kind, name, durable) in commands.chain(webhooks) {
        let lag = lag(&*sources.log, &durable, now).await.map_err(|error| error.to_string())?;
        found.extend(Watched { kind, name }.tell(told, lag.events, lag.seconds, durable.parked.len()));
    }
    // Those that are gone are behind in nothing.
    for gone in told.difference(&found) {
        gone.set(0, 0, 0);
    }
    told.extend(found);
    Ok(())
}

impl Watched {
    /// Itself, if it was told.
    fn tell(self, told: &BTreeSet<Self>, events: u64, seconds: i64, parked: usize) -> Option<Self> {
        if told.len() >= TOLD_MAX && !told.contains(&self) {
            return None;
        }
        self.set(events, seconds, parked);
        Some(self)
    }

    fn set(&self, events: u64, seconds: i64, parked: usize) {
        let labels = || [("consumer", self.name.clone()), ("kind", self.kind.to_owned())];
        metrics::gauge!("consumer_lag_events", &labels()).set(events as f64);
        metrics::gauge!("consumer_lag_seconds", &labels()).set(seconds as f64);
        metrics::gauge!("consumer_parked_events", &labels()).set(parked as f64);
    }
}
