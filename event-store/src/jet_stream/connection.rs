//! Connections for what the broker sends as it was stored: events of a consumer, and of batched direct gets.
//!
//! One header block that the client library cannot read ends a connection, or its task for good (`header_block.rs`). So
//! such traffic has connections of its own, which are thrown away then; appends never share one with it.

use async_nats::jetstream::{self, stream::Stream};
use async_nats::{Client, Event};
use tokio::sync::watch;

use crate::contract::ReadError;

use super::read::unavailable;
use super::{Inner, open};

#[derive(Debug, Clone)]
pub(super) struct Connection {
    pub(super) client: Client,
    pub(super) stream: Stream<()>,
    is_lost: watch::Receiver<bool>,
}

impl Connection {
    pub(super) async fn open(inner: &Inner) -> Result<Self, ReadError> {
        let (lose, is_lost) = watch::channel(false);
        let (addresses, options) =
            open::options(&inner.url, &inner.client_name).map_err(|error| unavailable(&error))?;
        let options = options.max_reconnects(1).event_callback(move |event| {
            if matches!(event, Event::Disconnected | Event::Closed) {
                lose.send_replace(true);
            }
            std::future::ready(())
        });
        let client = options.connect(addresses).await.map_err(|error| unavailable(&error))?;
        let mut context = jetstream::new(client.clone());
        context.set_timeout(inner.ack_timeout);
        let stream =
            context.get_stream_no_info(&*inner.stream_name).await.map_err(|error| unavailable(&error))?;
        Ok(Self { client, stream, is_lost })
    }

    /// Whether it is the same one.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.is_lost.same_channel(&other.is_lost)
    }

    /// Returns when it was lost, at once where it was before.
    pub(super) async fn lost(&self) {
        // An error says that whoever watches the connection has ended, and the connection with it.
        drop(self.is_lost.clone().wait_for(|is_lost| *is_lost).await);
    }
}
