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

mod cursor;
mod singly;

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream;
use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy, pull};
use domain::Sequence;
use fail_points::planted;
use futures::StreamExt;
use time::OffsetDateTime;
use tokio::sync::mpsc;
use uuid::Uuid;

use event_store::{ReadError, Tail};

use crate::connection::Connection;
use crate::errors::unread;
use crate::raw::{Make, Raw, Written};
use crate::stream::EventStream;

pub(crate) use self::cursor::Wanted;
use self::cursor::{Cursor, Feed, Stop};
use self::singly::{Next, feed_kept_back, feed_singly};

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
const PAUSE_MIN: Duration = Duration::from_millis(20);
const PAUSE_MAX: Duration = Duration::from_secs(1);

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

async fn consume(
    stream: &EventStream,
    from: u64,
    headers_only: bool,
) -> Result<(Connection, pull::Stream), ReadError> {
    let connection = Connection::open(&stream.address).await?;
    let config = pull::Config {
        name: Some(Uuid::new_v4().simple().to_string()),
        deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: from },
        ack_policy: AckPolicy::None,
        headers_only,
        inactive_threshold: IDLE_MAX,
        memory_storage: true,
        num_replicas: 1,
        ..pull::Config::default()
    };
    let made = connection.stream.create_consumer_strict(config.clone()).await.map_err(unread)?;
    // The broker may know it by another name, and take it for another where it is asked by that (deploy/nats/nats.conf).
    let mut info = made.cached_info().clone();
    info.name = config.name.clone().unwrap_or_default();
    let consumer = Consumer::new(config, info, jetstream::new(connection.client.clone()));
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
