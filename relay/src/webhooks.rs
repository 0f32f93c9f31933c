//! Webhooks: events sent to addresses that operators name, by the scheme of Standard Webhooks.
//!
//! ```text
//!   bucket WEBHOOKS     keep: which webhooks this relay sends        worker, one for each
//!     webhooks  ───────▶ claims one whose lease is free or over ───▶ reads on from its position ─▶ window ─▶ sender
//!     work.<id> ◀──────────────────────────────────────────────────── lease, position, what is parked
//! ```
//!
//! What operators change is one entry of the bucket, and how far a webhook is another; each is replaced at a known
//! revision, and the second only by who holds its lease. A position is written down once all before it was taken or
//! parked, so whatever dies, events may come again and none is lost. Each webhook has a task, connections and a window
//! of its own, all bounded, so none waits for another.

mod address;
mod api;
mod gauges;
mod keep;
mod registry;
mod secret;
mod sender;
mod settings;
mod webhook;
mod window;
mod work;
mod worker;

use std::sync::{Arc, OnceLock};

use event_store::{Bucket, BucketError};
use http_kit::ApiProblem;
use tokio::sync::Notify;

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
    fn bucket(&self) -> Result<&dyn Bucket, ApiProblem> {
        let bucket = self
            .bucket
            .get()
            .ok_or_else(|| ApiProblem::unavailable("the bucket of webhooks was not found yet"))?;
        Ok(&**bucket)
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
