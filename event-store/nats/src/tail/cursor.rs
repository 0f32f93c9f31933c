//! Where a tail is, and how it ends.

use domain::Sequence;
use event_store::ReadError;
use time::OffsetDateTime;
use tokio::sync::mpsc;

use crate::raw::Make;
use crate::read;
use crate::stream::EventStream;

pub(super) type Feed<E> = mpsc::Sender<Result<E, ReadError>>;

/// Why a consumer was given up.
pub(super) enum Stop {
    /// Nobody reads any more.
    Abandoned,
    /// No other consumer would do better.
    For(ReadError),
    /// Another consumer may.
    Retry(String),
}

impl From<ReadError> for Stop {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Unavailable(why) => Self::Retry(why.to_string()),
            error => Self::For(error),
        }
    }
}

/// What the reader wants of the events.
pub(crate) struct Wanted<E> {
    pub(crate) make: Make<E>,
    /// The broker sends no data.
    pub(crate) headers_only: bool,
}

impl<E> Clone for Wanted<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Wanted<E> {}

impl<E> Wanted<E> {
    pub(crate) fn whole(make: Make<E>) -> Self {
        Self { make, headers_only: false }
    }
}

/// Where a tail is.
pub(super) struct Cursor {
    pub(super) next: u64,
    /// When the event before that one was recorded, if this tail gave it: no other event has the same time.
    pub(super) last_at: Option<OffsetDateTime>,
}

impl Cursor {
    /// The log must be the one that was opened, and must not have lost what was read from it.
    pub(super) async fn check(&self, stream: &EventStream) -> Result<(), ReadError> {
        let (after, head) = (self.next - 1, stream.head().await?.get());
        if after > head {
            return Err(ReadError::BehindCheckpoint { after, head });
        }
        let Some(expected) = self.last_at else { return Ok(()) };
        let last = Sequence::new(after).unwrap_or(Sequence::MAX);
        match read::one(stream, last).await? {
            Some(found) if found.recorded_at == expected => Ok(()),
            _ => Err(ReadError::OtherEvent(after)),
        }
    }

    /// Passes the next event on.
    pub(super) async fn give<E>(
        &mut self,
        feed: &Feed<E>,
        event: E,
        recorded_at: OffsetDateTime,
    ) -> Result<(), Stop> {
        *self = Self { next: self.next + 1, last_at: Some(recorded_at) };
        feed.send(Ok(event)).await.map_err(|_| Stop::Abandoned)
    }
}
