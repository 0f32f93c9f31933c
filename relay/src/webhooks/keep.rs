//! Which webhooks this relay sends. Several share them: each claims one at a time, so that those which start together get
//! about as many.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use event_store::buckets::{LastBeat, WEBHOOKS};
use event_store::{Bucket, BucketError};
use event_store_open::StoreConfig;
use service_kit::Seldom;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::registry;
use super::sender::Sender;
use super::webhook::Webhook;
use super::work::{self, Works};
use super::worker::Worker;
use crate::AppState;
use crate::state::Opened;

/// Between two looks.
const LOOK_PERIOD: Duration = Duration::from_secs(1);
/// After a claim: others get their turn.
const CLAIM_PAUSE: Duration = Duration::from_millis(100);
/// Of the dispatcher, which makes the bucket.
const FIND_PERIOD: Duration = Duration::from_millis(500);
static LOOK_FAILED: Seldom = Seldom::new(Duration::from_secs(60));

struct Keeper {
    state: AppState,
    opened: Opened,
    bucket: Arc<dyn Bucket>,
    running: HashMap<Uuid, Running>,
    /// Of those that others have.
    seen: HashMap<Uuid, LastBeat>,
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
    let mut keeper = Keeper { state, opened, bucket, running: HashMap::new(), seen: HashMap::new() };
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
            let has_claimed = match self.look().await {
                Ok(has_claimed) => has_claimed,
                Err(error) => {
                    if let Some(held_back) = LOOK_FAILED.due() {
                        tracing::warn!(%error, held_back, "the webhooks cannot be read");
                    }
                    false
                }
            };
            let pause = tokio::time::sleep(if has_claimed { CLAIM_PAUSE } else { LOOK_PERIOD });
            tokio::select! {
                () = pause => {}
                () = self.state.webhooks().changed.notified() => {}
            }
        }
    }

    /// Whether one was claimed.
    async fn look(&mut self) -> Result<bool, BucketError> {
        let webhooks = registry::list(&*self.bucket).await?;
        self.running.retain(|_, running| !running.task.is_finished());
        self.seen.retain(|id, _| webhooks.iter().any(|webhook| webhook.id == *id));
        for (id, running) in &self.running {
            let wanted = webhooks.iter().find(|webhook| webhook.id == *id && !webhook.is_paused);
            match wanted {
                // Connections are made for one address.
                Some(webhook) if webhook.url == running.webhook.borrow().url => {
                    running.webhook.send_if_modified(|known| {
                        let is_new = **known != *webhook;
                        *known = Arc::new(webhook.clone());
                        is_new
                    });
                }
                _ => running.end.cancel(),
            }
        }
        for webhook in webhooks {
            if !webhook.is_paused && !self.running.contains_key(&webhook.id) && self.take(webhook).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Claims one that nobody sends.
    async fn take(&mut self, webhook: Webhook) -> Result<bool, BucketError> {
        let (id, now) = (webhook.id, Instant::now());
        let mut dead = None;
        if let Some(work) = work::read(&*self.bucket, id).await?.filter(|work| !work.is_free()) {
            let lease = self.state.webhooks().settings().lease;
            dead = self.seen.entry(id).or_default().dead(work.claim, work.beat, lease);
            if dead.is_none() {
                return Ok(false);
            }
        }
        let works = Works::new(Arc::clone(&self.bucket));
        let Some(claimed) = works.claim(id, webhook.after, dead).await? else { return Ok(false) };
        let sender = match Sender::new(*self.state.webhooks().settings(), webhook.url.starts_with("https:")) {
            Ok(sender) => sender,
            Err(error) => {
                tracing::error!(%error, "the HTTP client of webhooks cannot be made");
                // Another relay may be able to, once the lease is over.
                return Ok(false);
            }
        };
        self.seen.remove(&id);
        tracing::info!(webhook = %id, position = claimed.progress.position, "this relay sends a webhook");
        let (webhook, receiver) = watch::channel(Arc::new(webhook));
        let (state, opened) = (self.state.clone(), self.opened.clone());
        let worker = Worker::new(state, opened, works, receiver, sender, claimed, now);
        // Not cancelled with the state: it gives its lease up first.
        let end = CancellationToken::new();
        let task = tokio::spawn(worker.run(end.clone()));
        self.running.insert(id, Running { webhook, end, task });
        Ok(true)
    }

    async fn stop(self) {
        self.running.values().for_each(|running| running.end.cancel());
        for running in self.running.into_values() {
            // One that panicked has ended.
            running.task.await.ok();
        }
    }
}
