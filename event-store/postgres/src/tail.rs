//! Following the log.
//!
//! - **What wakes it:** a notification, which is a hint and no data, or the clock: it looks twice a second, so that a
//!   hint that was lost costs half a second.
//! - **Order:** an event is visible only together with all before it, because appends commit in the order of their
//!   sequences. The task counts along and ends with an error rather than pass over one.
//! - **When the server is away:** it goes on where it was, for ever. The reader's own checkpoint is all there is to
//!   remember.

use std::sync::Arc;
use std::time::Duration;

use domain::Sequence;
use event_store::{ReadError, RecordedEvent, Tail};
use postgres_kit::Listener;
use time::OffsetDateTime;
use tokio::sync::mpsc;

use crate::database::{CHANNEL, Database};
use crate::read;

/// Events that wait for the reader.
const BUFFER: usize = 4_000;
/// Events per statement. With the buffer it bounds what a tail holds.
const PAGE: usize = 2_000;
const LOOK_PERIOD: Duration = Duration::from_millis(500);
const PAUSE_MIN: Duration = Duration::from_millis(20);
const PAUSE_MAX: Duration = Duration::from_secs(1);

type Feed = mpsc::Sender<Result<RecordedEvent, ReadError>>;

/// Why the reading stopped.
enum Stop {
    /// Nobody listens any more.
    Abandoned,
    For(ReadError),
}

pub(crate) async fn follow(database: Arc<Database>, after: Sequence) -> Result<Tail, ReadError> {
    check(&database, after.get()).await?;
    let mut cursor = Cursor { after: after.get(), last_at: None };
    let (feed, events) = mpsc::channel(BUFFER);
    tokio::spawn(async move {
        tokio::select! {
            () = feed_for_ever(&database, &mut cursor, &feed) => {}
            () = feed.closed() => {}
        }
    });
    Ok(Tail::new(events))
}

/// The head of the log, which must be the one that was opened and must not have lost what was read from it.
async fn check(database: &Database, after: u64) -> Result<u64, ReadError> {
    let head = read::head(database).await?.get();
    if after > head { Err(ReadError::BehindCheckpoint { after, head }) } else { Ok(head) }
}

/// Where a tail is.
struct Cursor {
    after: u64,
    /// When the event there was recorded, if this tail gave it: no other event has the same time.
    last_at: Option<OffsetDateTime>,
}

impl Cursor {
    /// A server that was away may be an older one that grew again.
    async fn check(&self, database: &Database) -> Result<(), ReadError> {
        let Some(expected) = self.last_at else { return Ok(()) };
        let last = Sequence::new(self.after).unwrap_or(Sequence::MAX);
        match read::one(database, last).await? {
            Some(found) if found.recorded_at == expected => Ok(()),
            // The next look at the head finds it.
            None => Ok(()),
            Some(_) => Err(ReadError::OtherEvent(self.after)),
        }
    }
}

async fn feed_for_ever(database: &Database, cursor: &mut Cursor, feed: &Feed) {
    let mut hints = Hints { database, listener: None };
    let (mut pause, mut was_away) = (PAUSE_MIN, false);
    loop {
        // Before the look, so that no event falls between the two.
        hints.listen().await;
        let checked = if was_away { cursor.check(database).await.map_err(Stop::For) } else { Ok(()) };
        let fed = match checked {
            Ok(()) => feed_news(database, cursor, feed).await,
            Err(stop) => Err(stop),
        };
        match fed {
            Ok(()) => (pause, was_away) = (PAUSE_MIN, false),
            Err(Stop::Abandoned) => return,
            Err(Stop::For(ReadError::Unavailable(why))) => {
                tracing::warn!(
                    event.sequence = cursor.after,
                    reason = %why,
                    "the log cannot be followed; trying again"
                );
                was_away = true;
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
async fn feed_news(database: &Database, cursor: &mut Cursor, feed: &Feed) -> Result<(), Stop> {
    loop {
        let head = check(database, cursor.after).await.map_err(Stop::For)?;
        if head == cursor.after {
            return Ok(());
        }
        let rows = read::page(database, cursor.after, PAGE as i64).await.map_err(Stop::For)?;
        if rows.is_empty() {
            // The log has counted events that are not there.
            return Err(Stop::For(ReadError::Gap { expected: cursor.after + 1, found: head + 1 }));
        }
        for row in rows {
            let found = row.sequence();
            if found != cursor.after + 1 {
                return Err(Stop::For(ReadError::Gap { expected: cursor.after + 1, found }));
            }
            let event = row.into_event(database.shard);
            *cursor = Cursor { after: found, last_at: Some(event.recorded_at) };
            if feed.send(Ok(event)).await.is_err() {
                return Err(Stop::Abandoned);
            }
        }
    }
}

/// Notifications, as far as they come.
struct Hints<'database> {
    database: &'database Database,
    listener: Option<Listener>,
}

impl Hints<'_> {
    async fn listen(&mut self) {
        if self.listener.is_some() {
            return;
        }
        // Without one the clock alone wakes the tail, and the next look tries again.
        self.listener = Listener::open(&self.database.appending, CHANNEL).await.ok();
    }

    /// Until there may be news.
    async fn wait(&mut self) {
        let Some(listener) = &mut self.listener else {
            tokio::time::sleep(LOOK_PERIOD).await;
            return;
        };
        if listener.wait(LOOK_PERIOD).await.is_err() {
            self.listener = None;
        }
    }
}
