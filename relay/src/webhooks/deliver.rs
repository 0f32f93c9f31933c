//! What is done for each event: a request to the receiver.

use std::sync::Arc;

use async_trait::async_trait;
use consumers::{Failure, Handler, Line};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::registry;
use super::sender::{Sender, Sent};
use super::webhook::{Stopped, Webhook};
use crate::AppState;

#[derive(Debug)]
pub(super) struct Deliver {
    pub(super) state: AppState,
    /// As operators want it.
    pub(super) webhook: watch::Receiver<Arc<Webhook>>,
    pub(super) sender: Sender,
    /// Ends the sending.
    pub(super) end: CancellationToken,
}

#[async_trait]
impl Handler for Deliver {
    async fn handle(&self, event: &Line, _tries: u32) -> Result<(), Failure> {
        let webhook = Arc::clone(&self.webhook.borrow());
        let (outcome, failure) = match self.sender.send(&webhook, event).await {
            Sent::Taken => ("taken", None),
            Sent::Failed { outcome, wait } => ("failed", Some(Failure { outcome, wait })),
            Sent::Gone => {
                self.stop(&webhook).await;
                ("failed", Some("answered 410".to_owned().into()))
            }
        };
        let labels = [("webhook", webhook.id.to_string()), ("outcome", outcome.to_owned())];
        metrics::counter!("webhook_tries_total", &labels).increment(1);
        failure.map_or(Ok(()), Err)
    }
}

impl Deliver {
    /// Where that cannot be written down, sending begins again, and the receiver says so once more.
    async fn stop(&self, webhook: &Webhook) {
        // What is under way at the end may be of an address of before, or from before a replay.
        if self.end.is_cancelled() {
            return;
        }
        let webhooks = self.state.webhooks();
        let Ok(bucket) = webhooks.bucket() else { return };
        let stopped = registry::update(bucket, webhook.id, |known| {
            if known.url == webhook.url {
                known.stopped = Some(Stopped::Gone);
            }
        });
        match stopped.await {
            Ok(_) => tracing::warn!(webhook = %webhook.id, "its receiver is gone: the webhook stops"),
            Err(error) => tracing::warn!(%error, "a webhook cannot be stopped"),
        }
        self.end.cancel();
    }
}
