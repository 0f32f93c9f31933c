//! Following the log.
//!
//! One task per tail reads an ephemeral, unacknowledged pull consumer that starts behind the last event passed on. The
//! reader's own checkpoint decides where to start, so the broker has nothing to remember: a consumer that is lost, idle
//! too long or out of step is thrown away and made again from the next sequence, and that is the only recovery there
//! is. Sequences have no gaps (nothing can be deleted from the stream), so the task proves the order it promises.

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use domain::Sequence;
use futures::StreamExt;
use planted_bugs::planted;
use time::OffsetDateTime;
use tokio::sync::mpsc;

use crate::contract::{ReadError, Tail};

use super::Inner;
use super::read::{self, Raw, unavailable};

/// Events that wait for the reader: two of its largest batches.
const BUFFER: usize = 10_000;
/// Events per pull request. The next one is sent when half of them came.
const PULL: usize = 4_000;
/// A broker that is alive but has nothing to say says so this often; twice without it, and the consumer is made again.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// The broker forgets a consumer that nobody reads.
const IDLE_MAX: Duration = Duration::from_secs(60);
const PAUSE_MIN: Duration = Duration::from_millis(20);
const PAUSE_MAX: Duration = Duration::from_secs(1);

type Feed<E> = mpsc::Sender<Result<E, ReadError>>;

/// What the reader wants of each event.
type Make<E> = fn(&Inner, Raw<'_>) -> E;

/// Why a consumer was given up.
enum Stop {
    /// Nobody reads any more.
    Abandoned,
    /// No other consumer would do better.
    For(ReadError),
    /// Another consumer may.
    Retry(String),
}

pub(super) async fn follow<E: Send + 'static>(
    inner: Arc<Inner>,
    after: Sequence,
    make: Make<E>,
) -> Result<Tail<E>, ReadError> {
    let mut place = Place { next: after.get() + 1, last_at: None };
    place.check(&inner).await?;
    let (feed, events) = mpsc::channel(BUFFER);
    tokio::spawn(async move {
        tokio::select! {
            () = feed_for_ever(&inner, &mut place, &feed, make) => {}
            () = feed.closed() => {}
        }
    });
    Ok(Tail::new(events))
}

/// Where a tail is.
struct Place {
    next: u64,
    /// When the event before that one was recorded, if this tail gave it: no other event has the same time.
    last_at: Option<OffsetDateTime>,
}

impl Place {
    /// The log must be the one that was opened, and must not have lost what was read from it.
    async fn check(&self, inner: &Inner) -> Result<(), ReadError> {
        let (after, head) = (self.next - 1, inner.head().await?.get());
        if after > head {
            return Err(ReadError::BehindCheckpoint { after, head });
        }
        let Some(expected) = self.last_at else { return Ok(()) };
        let last = Sequence::new(after).unwrap_or(Sequence::MAX);
        match read::one(inner, last).await? {
            Some(found) if found.recorded_at == expected => Ok(()),
            _ => Err(ReadError::OtherEvent(after)),
        }
    }
}

async fn feed_for_ever<E>(inner: &Inner, place: &mut Place, feed: &Feed<E>, make: Make<E>) {
    let mut pause = PAUSE_MIN;
    loop {
        let began_at = place.next;
        match feed_once(inner, place, feed, make).await {
            Stop::Abandoned => return,
            Stop::For(error) => {
                // The reader may be gone already.
                drop(feed.send(Err(error)).await);
                return;
            }
            Stop::Retry(why) => {
                tracing::warn!(
                    stream.name = &*inner.stream_name,
                    event.sequence = place.next,
                    reason = why,
                    "the consumer is made again"
                );
                pause = if place.next > began_at { PAUSE_MIN } else { (pause * 2).min(PAUSE_MAX) };
                tokio::time::sleep(pause).await;
                if planted("tail-drops-on-reconnect") {
                    *place = Place { next: place.next + 1, last_at: None };
                }
            }
        }
    }
}

async fn feed_once<E>(inner: &Inner, place: &mut Place, feed: &Feed<E>, make: Make<E>) -> Stop {
    match place.check(inner).await {
        Ok(()) => {}
        Err(ReadError::Unavailable(why)) => return Stop::Retry(why),
        Err(error) => return Stop::For(error),
    }
    let mut messages = match consume(inner, place.next).await {
        Ok(messages) => messages,
        Err(error) => return Stop::Retry(error.to_string()),
    };
    let began_at = place.next;
    while let Some(message) = messages.next().await {
        let message = match message {
            Ok(message) => message,
            Err(error) => return Stop::Retry(error.to_string()),
        };
        let (sequence, stored_at) = match message.info() {
            Ok(info) => (info.stream_sequence, info.published),
            Err(error) => return Stop::Retry(error.to_string()),
        };
        if sequence != place.next {
            // A message that got lost on the way comes again from a new consumer; a hole in the log does not.
            let is_hole = place.next == began_at;
            let gap = ReadError::Gap { expected: place.next, found: sequence };
            return if is_hole { Stop::For(gap) } else { Stop::Retry(gap.to_string()) };
        }
        let async_nats::Message { subject, headers, payload, .. } = message.message;
        let raw = Raw { sequence, subject: &subject, headers: headers.as_ref(), stored_at, data: payload };
        *place = Place { next: sequence + 1, last_at: Some(raw.recorded_at(inner)) };
        if feed.send(Ok(make(inner, raw))).await.is_err() {
            return Stop::Abandoned;
        }
    }
    Stop::Retry("the consumer ended".to_owned())
}

async fn consume(inner: &Inner, from: u64) -> Result<pull::Stream, ReadError> {
    let consumer = inner
        .stream
        .create_consumer(pull::Config {
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: from },
            ack_policy: AckPolicy::None,
            inactive_threshold: IDLE_MAX,
            memory_storage: true,
            num_replicas: 1,
            ..pull::Config::default()
        })
        .await
        .map_err(|error| unavailable(&error))?;
    consumer
        .stream()
        .max_messages_per_batch(PULL)
        .expires(Duration::from_secs(30))
        .heartbeat(HEARTBEAT)
        .messages()
        .await
        .map_err(|error| unavailable(&error))
}
