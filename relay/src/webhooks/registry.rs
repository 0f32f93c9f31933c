//! Which webhooks there are: one entry of the bucket, so that it changes as a whole.

use event_store::buckets::{Bucket, BucketError, Change, change, get};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::webhook::Webhook;

/// Each has a task and connections of its own in some relay.
pub(super) const WEBHOOKS_MAX: usize = 32;
/// Of the entry: what a bucket takes, with some room.
const BYTES_MAX: usize = 60 * 1024;
const KEY: &str = "webhooks";

#[derive(Debug, Default, Serialize, Deserialize)]
struct Registry {
    webhooks: Vec<Webhook>,
}

/// There is no room for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooMany;

pub(super) async fn list(bucket: &dyn Bucket) -> Result<Vec<Webhook>, BucketError> {
    Ok(get::<Registry>(bucket, KEY).await?.unwrap_or_default().webhooks)
}

pub(super) async fn find(bucket: &dyn Bucket, id: Uuid) -> Result<Option<Webhook>, BucketError> {
    Ok(list(bucket).await?.into_iter().find(|webhook| webhook.id == id))
}

pub(super) async fn add(bucket: &dyn Bucket, webhook: &Webhook) -> Result<Result<(), TooMany>, BucketError> {
    let decide = |registry: Option<Registry>| {
        let mut registry = registry.unwrap_or_default();
        // The answer to this very addition was lost.
        if registry.webhooks.iter().any(|known| known.id == webhook.id) {
            return Change::Keep(Ok(()));
        }
        registry.webhooks.push(webhook.clone());
        if registry.has_room() { Change::Put(registry, Ok(())) } else { Change::Keep(Err(TooMany)) }
    };
    change(bucket, KEY, decide).await
}

/// Gives the webhook as it is then; `None` where there is none.
pub(super) async fn update(
    bucket: &dyn Bucket,
    id: Uuid,
    update: impl Fn(&mut Webhook) + Send + Sync,
) -> Result<Option<Result<Webhook, TooMany>>, BucketError> {
    let decide = |registry: Option<Registry>| {
        let mut registry = registry.unwrap_or_default();
        let Some(webhook) = registry.webhooks.iter_mut().find(|webhook| webhook.id == id) else {
            return Change::Keep(None);
        };
        update(webhook);
        let webhook = webhook.clone();
        if registry.has_room() {
            Change::Put(registry, Some(Ok(webhook)))
        } else {
            Change::Keep(Some(Err(TooMany)))
        }
    };
    change(bucket, KEY, decide).await
}

/// Whether there was one.
pub(super) async fn remove(bucket: &dyn Bucket, id: Uuid) -> Result<bool, BucketError> {
    let decide = |registry: Option<Registry>| {
        let mut registry = registry.unwrap_or_default();
        let before = registry.webhooks.len();
        registry.webhooks.retain(|webhook| webhook.id != id);
        if registry.webhooks.len() < before { Change::Put(registry, true) } else { Change::Keep(false) }
    };
    change(bucket, KEY, decide).await
}

impl Registry {
    fn has_room(&self) -> bool {
        let bytes = serde_json::to_vec(self).map_or(usize::MAX, |json| json.len());
        self.webhooks.len() <= WEBHOOKS_MAX && bytes <= BYTES_MAX
    }
}
