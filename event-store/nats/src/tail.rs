//! Following the log.
//!
//! One task per tail reads an ephemeral, unacknowledged pull consumer that starts behind the last event passed on. The
//! reader's own checkpoint decides where to start, so the broker has nothing to remember: a consumer that is lost, idle
//! too long or out of step is thrown away and made again from the next sequence, and that is the only recovery there
//! is. Sequences have no gaps (nothing can be deleted from the stream), so the task proves the order it promises.
//!
//! What ended a consumer may be the next event itself: the client library gives its connection up over headers that it
//! cannot read, and takes others for words of the broker. So whenever a consumer has ended or fallen silent, the next
//! events are read singly, in a way that any bytes pass.

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use domain::Sequence;
use fail_points::planted;
use futures::StreamExt;
use time::OffsetDateTime;
use tokio::sync::mpsc;

use event_store::{ReadError, Tail};

use crate::connection::Connection;
use crate::errors::unread;
use crate::message::{self, Which};
use crate::raw::{Make, Raw, Written};
use crate::read;
use crate::stream::EventStream;

/// Events that wait for the reader: two of its largest batches.
const BUFFER: usize = 10_000;
/// Events per pull request. The next one is sent when half of them came.
const PULL: usize = 4_000;
/// A broker that is alive but has nothing to say says so this often; twice without it, and the consumer is made again.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// The broker forgets a consumer that nobody reads.
const IDLE_MAX: Duration = Duration::from_secs(60);
/// After so long without an event the next one is asked for, in case the client has kept it back.
const SILENCE: Duration = Duration::from_secs(2);
/// Events that are read singly before there is another consumer; as many again behind each one that would end it.
const SINGLY: u64 = 64;
const PAUSE_MIN: Duration = Duration::from_millis(20);
const PAUSE_MAX: Duration = Duration::from_secs(1);

type Feed<E> = mpsc::Sender<Result<E, ReadError>>;

/// Why a consumer was given up.
enum Stop {
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

pub(crate) async fn follow<E: Send + 'static>(
    stream: Arc<EventStream>,
    after: Sequence,
    wanted: Wanted<E>,
) -> Result<Tail<E>, ReadError> {
    let mut cursor = Cursor { next: after.get() + 1, last_at: None };
    cursor.check(&stream).await?;
    let (feed, events) = mpsc::channel(BUFFER);
    tokio::spawn(async move {
        tokio::select! {
            () = feed_for_ever(&stream, &mut cursor, &feed, wanted) => {}
            () = feed.closed() => {}
        }
    });
    Ok(Tail::new(events))
}

/// Where a tail is.
struct Cursor {
    next: u64,
    /// When the event before that one was recorded, if this tail gave it: no other event has the same time.
    last_at: Option<OffsetDateTime>,
}

impl Cursor {
    /// The log must be the one that was opened, and must not have lost what was read from it.
    async fn check(&self, stream: &EventStream) -> Result<(), ReadError> {
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
    async fn give<E>(&mut self, feed: &Feed<E>, event: E, recorded_at: OffsetDateTime) -> Result<(), Stop> {
        *self = Self { next: self.next + 1, last_at: Some(recorded_at) };
        feed.send(Ok(event)).await.map_err(|_| Stop::Abandoned)
    }
}

async fn feed_for_ever<E>(stream: &EventStream, cursor: &mut Cursor, feed: &Feed<E>, wanted: Wanted<E>) {
    let mut pause = PAUSE_MIN;
    let mut is_first = true;
    loop {
        let began_at = cursor.next;
        match feed_once(stream, cursor, feed, wanted, is_first).await {
            Stop::Abandoned => return,
            Stop::For(error) => {
                // The reader may be gone already.
                drop(feed.send(Err(error)).await);
                return;
            }
            Stop::Retry(why) => {
                tracing::warn!(
                    stream.name = stream.name(),
                    event.sequence = cursor.next,
                    reason = why,
                    "the consumer is made again"
                );
                pause = if cursor.next > began_at { PAUSE_MIN } else { (pause * 2).min(PAUSE_MAX) };
                tokio::time::sleep(pause).await;
                is_first = false;
                if planted("tail-drops-on-reconnect") {
                    *cursor = Cursor { next: cursor.next + 1, last_at: None };
                }
            }
        }
    }
}

async fn feed_once<E>(
    stream: &EventStream,
    cursor: &mut Cursor,
    feed: &Feed<E>,
    wanted: Wanted<E>,
    is_first: bool,
) -> Stop {
    let begun = if is_first {
        cursor.check(stream).await.map_err(Stop::from)
    } else {
        feed_singly(stream, cursor, feed, wanted).await
    };
    if let Err(stop) = begun {
        return stop;
    }
    let (connection, mut messages) = match consume(stream, cursor.next, wanted.headers_only).await {
        Ok(consumer) => consumer,
        Err(error) => return Stop::Retry(error.to_string()),
    };
    loop {
        let message = tokio::select! {
            // What came before the connection was lost counts.
            biased;
            message = messages.next() => message,
            () = connection.lost() => return Stop::Retry("the connection was lost".to_owned()),
            () = tokio::time::sleep(SILENCE) => match feed_kept_back(stream, cursor, feed, wanted).await {
                Ok(_) => continue,
                Err(stop) => return stop,
            },
        };
        let message = match message {
            Some(Ok(message)) => message,
            Some(Err(error)) => return Stop::Retry(error.to_string()),
            None => return Stop::Retry("the consumer ended".to_owned()),
        };
        let (sequence, stored_at) = match message.info() {
            Ok(info) => (info.stream_sequence, info.published),
            Err(error) => return Stop::Retry(error.to_string()),
        };
        if sequence < cursor.next {
            // It was read singly.
            continue;
        }
        if sequence != cursor.next {
            // What got lost on the way, or was kept back, can be read singly; a hole in the log cannot.
            let gap = ReadError::Gap { expected: cursor.next, found: sequence };
            return match feed_kept_back(stream, cursor, feed, wanted).await {
                Ok(Next::AtTheEnd) => Stop::For(gap),
                Ok(Next::Readable | Next::Unreadable) => Stop::Retry(gap.to_string()),
                Err(stop) => stop,
            };
        }
        let given = match made(stream, message.message, sequence, stored_at, wanted.make) {
            Some((event, recorded_at)) => cursor.give(feed, event, recorded_at).await,
            None => feed_kept_back(stream, cursor, feed, wanted).await.map(drop),
        };
        if let Err(stop) = given {
            return stop;
        }
    }
}

/// Of a message of the consumer. `None`: only its bytes tell what it is.
fn made<E>(
    stream: &EventStream,
    message: async_nats::Message,
    sequence: u64,
    stored_at: OffsetDateTime,
    make: Make<E>,
) -> Option<(E, OffsetDateTime)> {
    let async_nats::Message { subject, reply, headers, payload, status, length, .. } = message;
    if status.is_some() {
        return None;
    }
    let around = subject.len() + reply.as_ref().map_or(0, |reply| reply.len()) + payload.len();
    let headers = match &headers {
        Some(headers) => Written::Read(headers, length.saturating_sub(around)),
        None => Written::None,
    };
    let raw = Raw { sequence, subject: &subject, headers, stored_at, data: payload };
    let recorded_at = raw.recorded_at(stream);
    Some((make(stream, raw)?, recorded_at))
}

/// What may have ended a consumer, and what is behind it.
async fn feed_singly<E>(
    stream: &EventStream,
    cursor: &mut Cursor,
    feed: &Feed<E>,
    wanted: Wanted<E>,
) -> Result<(), Stop> {
    cursor.check(stream).await?;
    let mut until = cursor.next + SINGLY;
    while cursor.next < until {
        match feed_next(stream, cursor, feed, wanted).await? {
            Next::AtTheEnd => return Ok(()),
            Next::Readable => {}
            Next::Unreadable => until = cursor.next + SINGLY,
        }
    }
    Ok(())
}

/// The next event, in case the consumer has it and the client does not pass it on.
async fn feed_kept_back<E>(
    stream: &EventStream,
    cursor: &mut Cursor,
    feed: &Feed<E>,
    wanted: Wanted<E>,
) -> Result<Next, Stop> {
    cursor.check(stream).await?;
    feed_next(stream, cursor, feed, wanted).await
}

/// What the next event, read by itself, is like.
enum Next {
    AtTheEnd,
    Readable,
    Unreadable,
}

async fn feed_next<E>(
    stream: &EventStream,
    cursor: &mut Cursor,
    feed: &Feed<E>,
    wanted: Wanted<E>,
) -> Result<Next, Stop> {
    let found = message::get(stream, Which::At { seq: cursor.next }).await?;
    let Some(message) = found else { return Ok(Next::AtTheEnd) };
    let recorded_at = message.raw().recorded_at(stream);
    let Some(event) = (wanted.make)(stream, message.raw()) else {
        return Err(Stop::Retry("an event could not be told from its bytes".to_owned()));
    };
    cursor.give(feed, event, recorded_at).await?;
    Ok(if message.is_readable() { Next::Readable } else { Next::Unreadable })
}

async fn consume(
    stream: &EventStream,
    from: u64,
    headers_only: bool,
) -> Result<(Connection, pull::Stream), ReadError> {
    let connection = Connection::open(&stream.address).await?;
    let consumer = connection
        .stream
        .create_consumer(pull::Config {
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: from },
            ack_policy: AckPolicy::None,
            headers_only,
            inactive_threshold: IDLE_MAX,
            memory_storage: true,
            num_replicas: 1,
            ..pull::Config::default()
        })
        .await
        .map_err(unread)?;
    let messages = consumer
        .stream()
        .max_messages_per_batch(PULL)
        .expires(Duration::from_secs(30))
        .heartbeat(HEARTBEAT)
        .messages()
        .await
        .map_err(unread)?;
    Ok((connection, messages))
}
