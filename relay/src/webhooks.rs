//! Webhooks: events sent to addresses that operators name, by the scheme of Standard Webhooks.
//!
//! ```text
//!   bucket WEBHOOKS        keep                consumers::Consumer, one for each webhook
//!     webhooks     ───────▶ which are sent ───▶ RecentFeed ─▶ queues by account ─▶ Deliver ─▶ Sender
//!     durable.<id> ◀──────────────────────────── who has it, position, what is open and parked
//! ```
//!
//! What operators change is one entry of the bucket, and how far a webhook is another: the durable of a consumer, as a
//! command has one, whose promises are those of `crates/consumers`. Each webhook has a task, connections and queues of its
//! own, all bounded, so none waits for another.

mod address;
mod api;
mod deliver;
mod feed;
mod keep;
mod registry;
mod secret;
mod sender;
mod settings;
mod webhook;

use std::sync::{Arc, OnceLock};

use consumers::{Durable, Durables};
use event_store::{Bucket, BucketError};
use http_kit::ApiProblem;
use tokio::sync::Notify;
use uuid::Uuid;

pub(crate) use api::routes;
pub use keep::send_webhooks;
pub use settings::WebhookSettings;

/// What handlers and workers share.
#[derive(Debug)]
pub(crate) struct Webhooks {
    settings: WebhookSettings,
    bucket: OnceLock<Arc<dyn Bucket>>,
    /// Something was changed here: it need not wait for the next look.
    changed: Notify,
}

impl Webhooks {
    pub(crate) fn new(settings: WebhookSettings) -> Self {
        Self { settings, bucket: OnceLock::new(), changed: Notify::new() }
    }

    pub(crate) fn settings(&self) -> &WebhookSettings {
        &self.settings
    }

    pub(crate) fn is_found(&self) -> bool {
        self.bucket.get().is_some()
    }

    /// # Errors
    /// `unavailable`, until the bucket was found.
    fn found(&self) -> Result<&Arc<dyn Bucket>, ApiProblem> {
        let found = self.bucket.get();
        found.ok_or_else(|| ApiProblem::unavailable("the bucket of webhooks was not found yet"))
    }

    fn bucket(&self) -> Result<&dyn Bucket, ApiProblem> {
        self.found().map(|bucket| &**bucket)
    }

    fn durables(&self) -> Result<Durables, ApiProblem> {
        self.found().map(|bucket| Durables::registered_elsewhere(Arc::clone(bucket)))
    }

    /// How far those are that began, by id; and says of each whether it stopped.
    pub(crate) async fn begun(&self) -> Result<Vec<(String, Durable)>, String> {
        // Not found yet, there are none.
        let (Ok(bucket), Ok(durables)) = (self.bucket(), self.durables()) else { return Ok(Vec::new()) };
        let mut begun = Vec::new();
        for webhook in registry::list(bucket).await.map_err(|error| error.to_string())? {
            let id = webhook.id.to_string();
            let is_stopped = if webhook.stopped.is_some() { 1.0 } else { 0.0 };
            metrics::gauge!("webhook_stopped", "webhook" => id.clone()).set(is_stopped);
            if let Some(durable) = durables.read(&id).await.map_err(|error| error.to_string())? {
                begun.push((id, durable));
            }
        }
        Ok(begun)
    }

    /// How far one is; `None`: it did not begin yet.
    async fn durable(&self, webhook: Uuid) -> Result<Option<Durable>, ApiProblem> {
        self.durables()?.read(&webhook.to_string()).await.map_err(problem)
    }
}

fn problem(error: BucketError) -> ApiProblem {
    match error {
        BucketError::Full { .. } | BucketError::NoRoom { .. } => {
            ApiProblem::new(api_types::codes::LOG_FULL).caused_by(error)
        }
        BucketError::Malformed { .. } => ApiProblem::internal(error),
        BucketError::Unavailable { .. } | BucketError::Contended => ApiProblem::unavailable(error),
    }
}
