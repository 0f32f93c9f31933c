//! Which webhooks this relay works for: all that are to be sent. Of the relays that do, one has a webhook's durable, and
//! the others stand by.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use consumers::{Backoff, ConsumeError, Consumer, Durables, DurablesError, Settings};
use event_store::buckets::WEBHOOKS;
use event_store::{Bucket, BucketError};
use event_store_open::StoreConfig;
use service_kit::Seldom;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::deliver::Deliver;
use super::feed::RecentFeed;
use super::registry;
use super::sender::{Sender, Threads};
use super::webhook::Webhook;
use crate::AppState;
use crate::state::Opened;

/// Between two looks.
const LOOK_PERIOD: Duration = Duration::from_secs(1);
/// Behind the start of one: relays that start together get about as many.
const START_PAUSE: Duration = Duration::from_millis(100);
/// Of the dispatcher, which makes the bucket.
const FIND_PERIOD: Duration = Duration::from_millis(500);
/// Requests of a webhook that are under way at a time.
const UNDER_WAY_MAX: usize = 8;
static LOOK_FAILED: Seldom = Seldom::new(Duration::from_secs(60));
static SENDING_ENDED: Seldom = Seldom::new(Duration::from_secs(60));

struct Keeper {
    state: AppState,
    opened: Opened,
    bucket: Arc<dyn Bucket>,
    /// In the log of those that have a durable.
    runner: String,
    running: HashMap<Uuid, Running>,
    threads: Threads,
}

struct Running {
    webhook: watch::Sender<Arc<Webhook>>,
    end: CancellationToken,
    task: JoinHandle<()>,
}

/// Sends webhooks from the log's opening to the state's end, when it gives up what it holds.
pub async fn send_webhooks(state: AppState, config: StoreConfig) {
    let end = state.end().clone();
    let found = async {
        let opened = state.wait_until_opened().await.clone();
        let bucket = find(&config, &opened).await;
        (opened, bucket)
    };
    let Some((opened, bucket)) = end.run_until_cancelled(found).await else { return };
    // It is opened once.
    state.webhooks().bucket.set(Arc::clone(&bucket)).ok();
    let threads = match Threads::start() {
        Ok(threads) => threads,
        Err(error) => return tracing::error!(%error, "webhooks are not sent: there are no threads for them"),
    };
    let runner = format!("{} {}", config.client_name, std::process::id());
    let mut keeper = Keeper { state, opened, bucket, runner, running: HashMap::new(), threads };
    end.run_until_cancelled(keeper.look_on()).await;
    keeper.stop().await;
}

async fn find(config: &StoreConfig, opened: &Opened) -> Arc<dyn Bucket> {
    loop {
        let found = event_store_open::find_bucket(&config.url, &config.client_name, opened.shard(), WEBHOOKS);
        match found.await {
            Ok(bucket) => return bucket,
            Err(error) => tracing::info!(reason = %error, "waiting for the bucket of webhooks"),
        }
        tokio::time::sleep(FIND_PERIOD).await;
    }
}

impl Keeper {
    async fn look_on(&mut self) {
        loop {
            if let Err(error) = self.look().await
                && let Some(held_back) = LOOK_FAILED.due()
            {
                tracing::warn!(%error, held_back, "the webhooks cannot be read");
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_PERIOD) => {}
                () = self.state.webhooks().changed.notified() => {}
            }
        }
    }

    async fn look(&mut self) -> Result<(), BucketError> {
        let webhooks = registry::list(&*self.bucket).await?;
        self.running.retain(|_, running| !running.task.is_finished());
        for (id, running) in &self.running {
            match webhooks.iter().find(|webhook| webhook.id == *id && webhook.is_sent()) {
                Some(webhook) if webhook.reads_as(&running.webhook.borrow()) => {
                    running.webhook.send_if_modified(|known| {
                        let is_new = **known != *webhook;
                        *known = Arc::new(webhook.clone());
                        is_new
                    });
                }
                // What it is now begins once this has ended.
                _ => running.end.cancel(),
            }
        }
        for webhook in webhooks {
            if webhook.is_sent() && !self.running.contains_key(&webhook.id) {
                self.start(webhook);
                tokio::time::sleep(START_PAUSE).await;
            }
        }
        Ok(())
    }

    fn start(&mut self, webhook: Webhook) {
        let id = webhook.id;
        // Not cancelled with the state: what is held is given up first.
        let end = CancellationToken::new();
        let (wanted, receiver) = watch::channel(Arc::new(webhook));
        let Some(consumer) = self.consumer(receiver, end.clone()) else { return };
        let task = tokio::spawn(async move {
            match consumer.consume().await {
                // With the webhook.
                Ok(()) | Err(ConsumeError::Durables(DurablesError::Removed(_))) => {}
                Err(error) => {
                    if let Some(held_back) = SENDING_ENDED.due() {
                        tracing::error!(webhook = %id, %error, held_back, "a webhook is not sent");
                    }
                }
            }
        });
        self.running.insert(id, Running { webhook: wanted, end, task });
    }

    fn consumer(&self, webhook: watch::Receiver<Arc<Webhook>>, stop: CancellationToken) -> Option<Consumer> {
        let (state, opened) = (self.state.clone(), self.opened.clone());
        let settings = *state.webhooks().settings();
        let wanted = Arc::clone(&webhook.borrow());
        let sender = Sender::new(settings, wanted.url.starts_with("https:"), self.threads.handle()?)
            .inspect_err(|error| tracing::error!(%error, "the HTTP client of webhooks cannot be made"))
            .ok()?;
        Some(Consumer {
            log: Arc::clone(&opened.log),
            feed: Arc::new(RecentFeed { state: state.clone(), opened }),
            durables: Durables::registered_elsewhere(Arc::clone(&self.bucket)),
            handler: Arc::new(Deliver { state, webhook, sender, end: stop.clone() }),
            settings: Settings {
                durable: wanted.id.to_string(),
                filter: wanted.filter()?,
                after: wanted.after,
                runner: self.runner.clone(),
                lease: settings.lease,
                tries: settings.tries_max,
                backoff: Backoff { min: settings.retry_min, max: settings.retry_max },
                at_once: UNDER_WAY_MAX,
            },
            stop,
            progress: watch::Sender::default(),
        })
    }

    async fn stop(self) {
        self.running.values().for_each(|running| running.end.cancel());
        for running in self.running.into_values() {
            // One that panicked has ended.
            running.task.await.ok();
        }
    }
}
