//! What a log promises. Every implementation runs the same suite, `conformance.rs`.
//!
//! ```text
//!   sequence   1   2   3   4   5   6   7
//!              a   b   a   a   c   b   a      a, b, c: subjects
//!                                      ▲
//!                                     head
//! ```
//!
//! - **Durable on return.** An append that returned [`Appended`] survives kill -9 and power loss of the broker.
//! - **Order.** Sequences of a shard count up by one without a gap. Readers see them in that order; there is no
//!   other order, and no clock decides.
//! - **Conflict.** [`Expected::Last`] holds an event back unless its subject's last sequence is the expected one; 0
//!   means "none yet". Of several appends that expect the same, one wins and the others get
//!   [`AppendError::Conflict`].
//! - **All or nothing.** The events of one append become visible together, with consecutive sequences, or never.
//! - **Idempotent.** An append is named by its command. Repeating one whose answer was lost returns the first one's
//!   sequences ([`Appended::repeated`]) while the broker remembers the command (`dedupe_window`), and beyond that
//!   wherever an expectation shows it. Another append under the same id gets those sequences, or a conflict, and is
//!   never in the log beside the first. A later retry asks [`EventLog::events_of`] before.
//! - **Definite or unknown.** [`AppendError::Unknown`] alone leaves open whether the events are in the log.
//! - **Kept whole.** [`EventLog::tail_stored`] gives everything that is stored of an event, also of one that is not
//!   ours.
//! - **Tail.** [`EventLog::tail`] starts behind any sequence, gives every event once and in order, then waits for new
//!   ones. It ends with an error rather than skip one, or go on in a log that lost events which it gave.

mod errors;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use domain::{CommandId, Position, Sequence, Shard};
use time::OffsetDateTime;
use tokio::sync::mpsc;

use crate::envelope::Envelope;
use crate::subject::Subject;
use crate::usage::Usage;

pub use self::errors::{AppendError, OpenError, ReadError};

/// How long a broker must remember command ids. Longer than any request lives, retries included.
pub const DEDUPE_WINDOW: Duration = Duration::from_secs(120);

/// For how long [`EventLog::events_of`] knows a keyed command. The API promises it.
pub const KEY_AGE_MAX: Duration = Duration::from_secs(24 * 3_600);

/// Names the shape of the log: its subjects, headers and bodies. A stream says which one it has, and a program refuses
/// others, because it would read them wrong.
pub const LOG_FORMAT: &str = "1";

/// Names and values of the headers that every event has, as a broker writes them, and the subject.
const ENVELOPE_BYTES: usize = 700;

/// Events that wait between a tail and what is made of it.
const STORED_BUFFER: usize = 1_000;

/// What the writer knows of a subject's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Nothing: the event holds after any other.
    Any,
    /// The last event of the subject has this sequence; zero: there is none.
    Last(Sequence),
}

/// An event on its way into the log.
#[derive(Debug, Clone)]
pub struct NewEvent {
    pub subject: Subject,
    pub expected: Expected,
    pub envelope: Envelope,
    /// JSON.
    pub data: Bytes,
}

impl NewEvent {
    /// About what it takes of the log; exact is what the log then says.
    pub fn bytes(&self) -> u64 {
        let own = self.data.len() + self.envelope.correlation.len() + self.envelope.causation.len();
        (own + ENVELOPE_BYTES) as u64
    }
}

/// An event as the log holds it.
#[derive(Debug, Clone)]
pub struct RecordedEvent {
    pub position: Position,
    pub subject: String,
    /// The broker's clock, for people; order comes from the position.
    pub recorded_at: OffsetDateTime,
    /// `None` where the headers are not ours; such an event is decoded to an error, never skipped.
    pub envelope: Option<Envelope>,
    /// The headers, where they are so broken that no name and no value can be told.
    pub unreadable: Option<Unreadable>,
    pub data: Bytes,
}

/// A header block that is not what headers look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub block: Bytes,
    pub why: &'static str,
}

/// Names and values. A name's values keep their order; the names have none in the log, and are sorted here.
pub type Headers = BTreeMap<String, Vec<String>>;

/// An event with all that the log holds of it, also if it is not ours: what an archive keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    pub sequence: Sequence,
    pub subject: String,
    pub recorded_at: OffsetDateTime,
    /// Empty where there is a `header_block`.
    pub headers: Headers,
    /// The headers as they were written, where names and values would not give the same bytes again, if only for a
    /// space: somebody else's, readable or not.
    pub header_block: Option<Bytes>,
    pub data: Bytes,
}

impl StoredEvent {
    /// Without the headers that tell a broker how to take the event in (`Nats-…`): what stays the same when it is
    /// stored again. In a `header_block` nothing tells a broker anything.
    pub fn without_delivery(mut self) -> Self {
        self.headers.retain(|name, _| !is_about_delivery(name));
        self
    }

    /// Of a log that keeps only the envelope.
    fn of(event: RecordedEvent) -> Self {
        let headers = event.envelope.map(|own| own.headers(&event.subject)).unwrap_or_default();
        Self {
            sequence: event.position.sequence(),
            subject: event.subject,
            recorded_at: event.recorded_at,
            headers: headers.into_iter().map(|(name, value)| (name.to_owned(), vec![value])).collect(),
            header_block: None,
            data: event.data,
        }
    }
}

/// Whether a header tells a broker how to take an event in.
pub fn is_about_delivery(header: &str) -> bool {
    header.get(..5).is_some_and(|prefix| prefix.eq_ignore_ascii_case("nats-"))
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// One position per event, in the order of the append.
    pub positions: Vec<Position>,
    /// The events had been in the log already.
    pub repeated: bool,
}

/// Which log this is. A log that was deleted and made again has another lineage, although it has the same name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lineage(pub Arc<str>);

impl fmt::Display for Lineage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How well the log knows its keyed commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownKeys {
    /// How far back it knows all of them; at most [`KEY_AGE_MAX`], though it may know more.
    pub horizon: Duration,
    /// Commands that are in memory for that.
    pub remembered: usize,
    /// Why [`EventLog::events_of`] is refused at the moment.
    pub refusal: Option<String>,
}

/// Events in order, as they come. Bounded: a slow reader holds the feeder back, not the memory up.
#[derive(Debug)]
pub struct Tail<E = RecordedEvent> {
    events: mpsc::Receiver<Result<E, ReadError>>,
}

impl<E> Tail<E> {
    /// What an implementation feeds.
    pub fn new(events: mpsc::Receiver<Result<E, ReadError>>) -> Self {
        Self { events }
    }

    /// Waits for at least one event, then gives all that are there, at most `max`. `None`: the feeder is gone.
    pub async fn next_batch(&mut self, max: usize) -> Option<Result<Vec<E>, ReadError>> {
        let mut received = Vec::new();
        if self.events.recv_many(&mut received, max).await == 0 {
            return None;
        }
        Some(received.into_iter().collect())
    }
}

#[async_trait]
pub trait EventLog: Send + Sync + fmt::Debug {
    fn shard(&self) -> Shard;

    /// The lineage that this log had when it was opened.
    fn lineage(&self) -> Lineage;

    /// Why the log, or what lies beside it, takes nothing until its server is started again; `None` where that is not
    /// so.
    fn write_error(&self) -> Option<String> {
        None
    }

    /// How full the log is, and who used how much of it within a day; `None` where nobody counts that.
    fn usage(&self) -> Option<Arc<Usage>> {
        None
    }

    /// Appends the events of one command, all or nothing.
    async fn append(&self, command: CommandId, events: Vec<NewEvent>) -> Result<Appended, AppendError>;

    /// Sequence of the newest event; zero when there is none. Fails where the log has another lineage by now.
    async fn head(&self) -> Result<Sequence, ReadError>;

    /// The event at a sequence, or `None` beyond the head.
    async fn read(&self, sequence: Sequence) -> Result<Option<RecordedEvent>, ReadError>;

    /// Every event of a subject from a sequence on, in order. Sees all appends that returned before the call.
    async fn read_subject(&self, subject: Subject, from: Sequence) -> Result<Vec<RecordedEvent>, ReadError>;

    /// The newest event of a subject. Sees all appends that returned before the call.
    async fn last(&self, subject: Subject) -> Result<Option<RecordedEvent>, ReadError> {
        Ok(self.read_subject(subject, Sequence::ZERO.next()).await?.pop())
    }

    /// The newest event of each of these subjects, however many; one that is not in the answer has none. Sees all appends
    /// that returned before the call, but is no snapshot: an append meanwhile may be in it or not, by subject.
    async fn last_of_each(&self, subjects: &[Subject]) -> Result<HashMap<Subject, RecordedEvent>, ReadError> {
        let mut found = HashMap::new();
        for subject in subjects {
            if let Some(last) = self.last(subject.clone()).await? {
                found.insert(subject.clone(), last);
            }
        }
        Ok(found)
    }

    /// The events of a keyed command that was appended within the last [`KEY_AGE_MAX`], in order; none where there was
    /// no such command. Those up to `until` are found for certain. One of the last [`DEDUPE_WINDOW`] behind it may be
    /// missed, and then its append is found out to be a repetition. Fails where so much cannot be said.
    async fn events_of(&self, command: CommandId, until: Sequence) -> Result<Vec<RecordedEvent>, ReadError>;

    /// How well it does that. This default is for logs that can always look.
    fn known_keys(&self) -> KnownKeys {
        KnownKeys { horizon: KEY_AGE_MAX, remembered: 0, refusal: None }
    }

    /// Follows the log from behind a sequence. Fails where the log is shorter than that.
    async fn tail(&self, after: Sequence) -> Result<Tail, ReadError>;

    /// The same with all that is stored of each event. This default is for logs that keep only the envelope's headers.
    async fn tail_stored(&self, after: Sequence) -> Result<Tail<StoredEvent>, ReadError> {
        let mut tail = self.tail(after).await?;
        let (feed, events) = mpsc::channel(STORED_BUFFER);
        tokio::spawn(async move {
            while let Some(event) = tail.events.recv().await {
                if feed.send(event.map(StoredEvent::of)).await.is_err() {
                    return;
                }
            }
        });
        Ok(Tail::new(events))
    }
}
