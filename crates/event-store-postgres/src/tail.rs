//! Following the log.
//!
//! - **What wakes it:** a notification, which is a hint and no data, or the clock: it looks twice a second, so that a hint
//!   that was lost costs half a second.
//! - **Order:** an event is visible only together with all before it, because appends commit in the order of their
//!   sequences. The task counts along and ends with an error rather than pass over one.
//! - **When the server is away:** it goes on where it was, for ever. The reader's own checkpoint is all there is to
//!   remember.

use std::sync::Arc;
use std::time::Duration;

use domain::Sequence;
use event_store::{ReadError, RecordedEvent, Tail};
use sqlx::postgres::PgListener;
use tokio::sync::mpsc;

use crate::log::Inner;
use crate::read;

/// Events that wait for the reader.
const BUFFER: usize = 4_000;
/// Events per statement. With the buffer it bounds what a tail holds.
const PAGE: usize = 2_000;
const LOOK_PERIOD: Duration = Duration::from_millis(500);
const PAUSE_MIN: Duration = Duration::from_millis(20);
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// What appends notify, whatever the shard: a look at a shard that has nothing new is one read of one row.
pub(crate) const CHANNEL: &str = "rookery_log";

type Feed = mpsc::Sender<Result<RecordedEvent, ReadError>>;

/// Why the reading stopped.
enum Stop {
    /// Nobody listens any more.
    Abandoned,
    For(ReadError),
}

pub(crate) async fn follow(inner: Arc<Inner>, after: Sequence) -> Result<Tail, ReadError> {
    check(&inner, after.get()).await?;
    let (feed, events) = mpsc::channel(BUFFER);
    tokio::spawn(async move {
        tokio::select! {
            () = feed_for_ever(&inner, after.get(), &feed) => {}
            () = feed.closed() => {}
        }
    });
    Ok(Tail::new(events))
}

/// The head of the log, which must be the one that was opened and must not have lost what was read from it.
async fn check(inner: &Inner, after: u64) -> Result<u64, ReadError> {
    let head = read::head(inner).await?.get();
    if after > head { Err(ReadError::BehindCheckpoint { after, head }) } else { Ok(head) }
}

async fn feed_for_ever(inner: &Inner, mut after: u64, feed: &Feed) {
    let mut hints = Hints { inner, listener: None };
    let mut pause = PAUSE_MIN;
    loop {
        // Before the look, so that no event falls between the two.
        hints.listen().await;
        match feed_news(inner, &mut after, feed).await {
            Ok(()) => pause = PAUSE_MIN,
            Err(Stop::Abandoned) => return,
            Err(Stop::For(ReadError::Unavailable(why))) => {
                tracing::warn!(
                    event.sequence = after,
                    reason = why,
                    "the log cannot be followed; trying again"
                );
                pause = (pause * 2).min(PAUSE_MAX);
                tokio::time::sleep(pause).await;
                continue;
            }
            Err(Stop::For(error)) => {
                // The reader may be gone already.
                drop(feed.send(Err(error)).await);
                return;
            }
        }
        hints.wait().await;
    }
}

/// Passes on all that is there.
async fn feed_news(inner: &Inner, after: &mut u64, feed: &Feed) -> Result<(), Stop> {
    loop {
        let head = check(inner, *after).await.map_err(Stop::For)?;
        if head == *after {
            return Ok(());
        }
        let rows = read::page(inner, *after, PAGE as i64).await.map_err(Stop::For)?;
        if rows.is_empty() {
            // The log has counted events that are not there.
            return Err(Stop::For(ReadError::Gap { expected: *after + 1, found: head + 1 }));
        }
        for row in rows {
            let found = row.sequence();
            if found != *after + 1 {
                return Err(Stop::For(ReadError::Gap { expected: *after + 1, found }));
            }
            if feed.send(Ok(row.into_event(inner.shard))).await.is_err() {
                return Err(Stop::Abandoned);
            }
            *after = found;
        }
    }
}

/// Notifications, as far as they come.
struct Hints<'inner> {
    inner: &'inner Inner,
    listener: Option<PgListener>,
}

impl Hints<'_> {
    async fn listen(&mut self) {
        if self.listener.is_some() {
            return;
        }
        let listen = async {
            let mut listener = PgListener::connect_with(&self.inner.pool).await?;
            listener.listen(CHANNEL).await?;
            Ok::<_, sqlx::Error>(listener)
        };
        // Without one the clock alone wakes the tail, and the next look tries again.
        self.listener = tokio::time::timeout(PAUSE_MAX, listen).await.ok().and_then(Result::ok);
    }

    /// Until there may be news.
    async fn wait(&mut self) {
        let Some(listener) = &mut self.listener else {
            tokio::time::sleep(LOOK_PERIOD).await;
            return;
        };
        if let Ok(Err(_)) = tokio::time::timeout(LOOK_PERIOD, listener.recv()).await {
            self.listener = None;
        } else {
            while listener.next_buffered().is_some() {}
        }
    }
}
