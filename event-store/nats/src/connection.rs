//! Connections for what the broker sends as it was stored: events of a consumer, and of batched direct gets.
//!
//! One header block that the client library cannot read ends a connection, or its task for good (`header_block.rs`). So
//! such traffic has connections of its own, which are thrown away then; appends never share one with it.

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::{self, stream::Stream};
use async_nats::{Client, Event};
use tokio::sync::watch;

use event_store::ReadError;

use crate::connect::options;
use crate::errors::unread;

/// Which stream to reach, where, and as whom.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    pub(crate) url: String,
    pub(crate) client_name: String,
    pub(crate) stream_name: Arc<str>,
    /// How long one try waits for the broker's answer.
    pub(crate) timeout: Duration,
}

#[derive(Debug, Clone)]
pub(crate) struct Connection {
    pub(crate) client: Client,
    pub(crate) stream: Stream<()>,
    is_lost: watch::Receiver<bool>,
}

impl Connection {
    pub(crate) async fn open(to: &Address) -> Result<Self, ReadError> {
        let (lose, is_lost) = watch::channel(false);
        let (addresses, options) = options(&to.url, &to.client_name).map_err(unread)?;
        let options = options.max_reconnects(1).event_callback(move |event| {
            if matches!(event, Event::Disconnected | Event::Closed) {
                lose.send_replace(true);
            }
            std::future::ready(())
        });
        let client = options.connect(addresses).await.map_err(unread)?;
        let mut context = jetstream::new(client.clone());
        context.set_timeout(to.timeout);
        let stream = context.get_stream_no_info(&*to.stream_name).await.map_err(unread)?;
        Ok(Self { client, stream, is_lost })
    }

    /// Whether it is the same one.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.is_lost.same_channel(&other.is_lost)
    }

    /// Returns when it was lost, at once where it was before.
    pub(crate) async fn lost(&self) {
        // An error says that the watching task has ended, and the connection with it.
        drop(self.is_lost.clone().wait_for(|is_lost| *is_lost).await);
    }
}
