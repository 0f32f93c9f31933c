//! The stream that holds the log, with the connection to its broker: what all parts of the adapter share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::jetstream;
use domain::{Position, Sequence, Shard};
use event_store::{Lineage, ReadError, Room, Usage};
use tokio::sync::Semaphore;

use crate::connection::Address;
use crate::errors::unread;
use crate::origin;
use crate::pages::PageConnection;
use crate::write_error::{StreamWrites, WriteErrors};

#[derive(Debug)]
pub(crate) struct EventStream {
    /// For appends, and for everything whose answers are the broker's own words.
    pub(crate) client: async_nats::Client,
    /// For connections of another kind.
    pub(crate) address: Address,
    pub(crate) pages: PageConnection,
    pub(crate) writes: StreamWrites,
    pub(crate) write_errors: WriteErrors,
    pub(crate) stream: jetstream::stream::Stream<()>,
    pub(crate) shard: Shard,
    pub(crate) lineage: Lineage,
    /// Up to here events hold the time at which the log that they were restored from had recorded them; 0 where the
    /// stream was not restored.
    pub(crate) restored_until: u64,
    /// Set when the stream turned out to be another one than was opened; nothing is appended from then on.
    pub(crate) foreign: AtomicBool,
    pub(crate) batches: Semaphore,
    pub(crate) append_deadline: Duration,
    pub(crate) usage: Arc<Usage>,
}

impl EventStream {
    pub(crate) fn position(&self, sequence: u64) -> Position {
        // The broker counts from 1 and cannot reach 2^55; saturating keeps an impossible answer from panicking.
        Position::new(Sequence::new(sequence).unwrap_or(Sequence::MAX), self.shard)
    }

    pub(crate) fn name(&self) -> &str {
        &self.address.stream_name
    }

    /// How long one try waits for the broker's answer.
    pub(crate) fn ack_timeout(&self) -> Duration {
        self.address.timeout
    }

    /// Asks the stream's leader, and makes sure that it is still the stream that was opened.
    pub(crate) async fn head(&self) -> Result<Sequence, ReadError> {
        let info = self.stream.get_info().await.map_err(unread)?;
        let found = origin::lineage_of(&info);
        if found != self.lineage {
            self.foreign.store(true, Ordering::Relaxed);
            return Err(ReadError::OtherLineage { expected: self.lineage.clone(), found });
        }
        // A stream without a bound is refused when it is opened.
        let bytes_max = u64::try_from(info.config.max_bytes).unwrap_or(u64::MAX);
        self.usage.saw_room(Room { used: info.state.bytes, bytes_max });
        Ok(Sequence::new(info.state.last_sequence).unwrap_or(Sequence::MAX))
    }
}
