//! Named consumers: durables of the broker for those who take events elsewhere, each with a user of its own.
//!
//! A user can do nothing but fetch, ask about and acknowledge its own durable. It has an account to itself, because within
//! one account whoever fetches can have the answer delivered to anybody else's subjects.

use std::collections::HashMap;
use std::time::Duration;

use async_nats::jetstream;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, Info, pull};
use async_nats::jetstream::stream::{DirectGetErrorKind, Stream};
use domain::{Position, Sequence, Shard};
use event_store::{NAME_CHARS_MAX, OpenError, WholeSubjects, is_consumer_name};
use futures::TryStreamExt;
use time::OffsetDateTime;

use crate::connect::connect;
use crate::errors::unopened;

/// Each costs the broker memory and work for every event.
pub const CONSUMERS_MAX: usize = 32;

/// Marks the durables that were made here, and says which types they hand on.
const TYPES: &str = "rookery.types";
/// What is not acknowledged within so long is handed out again.
const ACK_WAIT: Duration = Duration::from_secs(30);
/// Handed out and not acknowledged; beyond it nothing more comes.
const UNACKNOWLEDGED_MAX: i64 = 1_000;
const FETCH_MAX: i64 = 1_000;
const FETCH_WAIT_MAX: Duration = Duration::from_secs(60);
const WAITING_FETCHES_MAX: i64 = 16;

/// Of a consumer's user at a time.
const CONNECTIONS_MAX: u32 = 16;
const SUBSCRIPTIONS_MAX: u32 = 256;
/// It sends requests and acknowledgements alone. Bytes.
const PAYLOAD_MAX: u32 = 16 * 1_024;

/// Where a new consumer begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    After(Position),
    Beginning,
    Now,
}

/// How far a consumer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consumer {
    pub name: String,
    pub types: Vec<String>,
    pub subjects: Vec<String>,
    /// Everything up to here is acknowledged; `None` where nothing is.
    pub position: Option<Position>,
    /// Not acknowledged; those of them that were handed out; those that were more than once.
    pub lag: u64,
    pub handed_out: u64,
    pub redelivered: u64,
    /// When the first event that is not acknowledged was recorded.
    pub behind_since: Option<OffsetDateTime>,
    /// When it last fetched or acknowledged something.
    pub last_seen: Option<OffsetDateTime>,
}

#[derive(Debug, thiserror::Error)]
pub enum ConsumerError {
    #[error("a name has 1 to {NAME_CHARS_MAX} of a-z, 0-9 and -, and begins with a letter")]
    Name,
    #[error("there are {CONSUMERS_MAX} consumers already")]
    TooMany,
    #[error("there is another consumer {0} already: remove it first")]
    Exists(String),
    #[error("{0} is no position of this log, which ends at {1}")]
    NoPosition(Position, Position),
    #[error("there is no consumer {0}")]
    Unknown(String),
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// The user of a consumer.
pub fn user(name: &str) -> String {
    format!("consumer-{name}")
}

/// The account of a consumer, for the broker's configuration. The name has to be one.
pub fn account(shard: Shard, name: &str, password: &str) -> String {
    let (user, stream) = (user(name), stream_name(shard));
    format!(
        r#"CONSUMER-{name}: {{
  # What it may take of the broker: others are on it, too.
  limits: {{ max_conn: {CONNECTIONS_MAX}, max_subs: {SUBSCRIPTIONS_MAX}, max_payload: {PAYLOAD_MAX} }}
  users: [
    {{
      user: "{user}"
      password: "{password}"
      permissions: {{
        publish: ["LOG.API.CONSUMER.INFO.{stream}.{name}", "LOG.API.CONSUMER.MSG.NEXT.{stream}.{name}", "$JS.ACK.{stream}.{name}.>"]
        subscribe: ["_INBOX.>"]
      }}
    }}
  ]
  mappings: {{ "$JS.API.>": "LOG.API.>" }}
  imports: [
    {{ service: {{ account: LOG, subject: "$JS.API.CONSUMER.INFO.{stream}.{name}" }}, to: "LOG.API.CONSUMER.INFO.{stream}.{name}" }}
    {{ service: {{ account: LOG, subject: "$JS.API.CONSUMER.MSG.NEXT.{stream}.{name}" }}, to: "LOG.API.CONSUMER.MSG.NEXT.{stream}.{name}" }}
    {{ service: {{ account: LOG, subject: "$JS.ACK.{stream}.{name}.>" }} }}
  ]
}}
"#
    )
}

fn stream_name(shard: Shard) -> String {
    format!("EVENTS_{}", shard.0)
}

/// Whether the broker lets a consumer's user in, and answers it about its durable.
pub async fn is_answered(url: &str, shard: Shard, name: &str) -> bool {
    let Ok(client) = connect(url, name).await else { return false };
    let subject = format!("$JS.API.CONSUMER.INFO.{}.{name}", stream_name(shard));
    client.request(subject, "".into()).await.is_ok()
}

/// The consumers of a broker, for who may make and remove them.
#[derive(Debug, Clone)]
pub struct Consumers {
    client: async_nats::Client,
    shard: Shard,
}

impl Consumers {
    /// `name` is that of the connection.
    pub async fn connect(url: &str, name: &str, shard: Shard) -> Result<Self, OpenError> {
        Ok(Self { client: connect(url, name).await?, shard })
    }

    /// Makes the durable. Once more with the same words it changes nothing.
    pub async fn add(&self, name: &str, subjects: &WholeSubjects, begin: Begin) -> Result<(), ConsumerError> {
        if !is_consumer_name(name) {
            return Err(ConsumerError::Name);
        }
        let stream = self.stream().await?;
        let made = durables(&stream).await?;
        if let Some(found) = made.iter().find(|found| found.name == name) {
            let is_same = is_ours(found)
                && subjects_of(found) == subjects.subjects
                && found.config.deliver_policy == policy(begin);
            return if is_same { Ok(()) } else { Err(ConsumerError::Exists(name.to_owned())) };
        }
        if made.len() >= CONSUMERS_MAX {
            return Err(ConsumerError::TooMany);
        }
        if let Begin::After(position) = begin {
            let end = Sequence::new(stream.cached_info().state.last_sequence).unwrap_or_default();
            if position.shard() != self.shard || position.sequence() > end {
                return Err(ConsumerError::NoPosition(position, Position::new(end, self.shard)));
            }
        }
        stream.create_consumer_strict(wanted(name, subjects, begin)).await.map_err(unopened)?;
        Ok(())
    }

    /// How far each is, by name.
    pub async fn list(&self) -> Result<Vec<Consumer>, ConsumerError> {
        let stream = self.stream().await?;
        let mut found = durables(&stream).await?;
        found.retain(is_ours);
        found.sort_by(|one, other| one.name.cmp(&other.name));
        let mut consumers = Vec::new();
        for info in found {
            consumers.push(describe(&stream, self.shard, info).await?);
        }
        Ok(consumers)
    }

    /// Ends it. What it had acknowledged is forgotten.
    pub async fn remove(&self, name: &str) -> Result<(), ConsumerError> {
        let stream = self.stream().await?;
        let durables = durables(&stream).await?;
        if !durables.iter().any(|found| found.name == name && is_ours(found)) {
            return Err(ConsumerError::Unknown(name.to_owned()));
        }
        stream.delete_consumer(name).await.map_err(unopened)?;
        Ok(())
    }

    async fn stream(&self) -> Result<Stream, ConsumerError> {
        let context = jetstream::new(self.client.clone());
        Ok(context.get_stream(stream_name(self.shard)).await.map_err(unopened)?)
    }
}

fn is_ours(info: &Info) -> bool {
    info.config.metadata.contains_key(TYPES)
}

fn wanted(name: &str, subjects: &WholeSubjects, begin: Begin) -> pull::Config {
    pull::Config {
        durable_name: Some(name.to_owned()),
        name: Some(name.to_owned()),
        deliver_policy: policy(begin),
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        max_deliver: -1,
        max_ack_pending: UNACKNOWLEDGED_MAX,
        max_batch: FETCH_MAX,
        max_expires: FETCH_WAIT_MAX,
        max_waiting: WAITING_FETCHES_MAX,
        filter_subjects: subjects.subjects.clone(),
        metadata: HashMap::from([(TYPES.to_owned(), subjects.types.join(" "))]),
        ..pull::Config::default()
    }
}

fn policy(begin: Begin) -> DeliverPolicy {
    match begin {
        Begin::Beginning => DeliverPolicy::All,
        Begin::Now => DeliverPolicy::New,
        Begin::After(position) => {
            DeliverPolicy::ByStartSequence { start_sequence: position.sequence().get() + 1 }
        }
    }
}

async fn durables(stream: &Stream) -> Result<Vec<Info>, ConsumerError> {
    let all: Vec<Info> = stream.consumers().try_collect().await.map_err(unopened)?;
    Ok(all.into_iter().filter(|found| found.config.durable_name.is_some()).collect())
}

/// A broker gives one pattern in another field than several.
fn subjects_of(info: &Info) -> Vec<String> {
    match info.config.filter_subject.as_str() {
        "" => info.config.filter_subjects.clone(),
        one => vec![one.to_owned()],
    }
}

async fn describe(stream: &Stream, shard: Shard, info: Info) -> Result<Consumer, ConsumerError> {
    let subjects = subjects_of(&info);
    let lag = info.num_pending + info.num_ack_pending as u64;
    let floor = info.ack_floor.stream_sequence;
    let behind_since = if lag == 0 { None } else { first_after(stream, &subjects, floor).await? };
    let types = info.config.metadata.get(TYPES).map_or("", String::as_str);
    let position = Sequence::new(floor).filter(|_| floor > 0).map(|at| Position::new(at, shard));
    Ok(Consumer {
        types: types.split(' ').map(str::to_owned).collect(),
        subjects,
        position,
        lag,
        handed_out: info.num_ack_pending as u64,
        redelivered: info.num_redelivered as u64,
        behind_since,
        last_seen: info.delivered.last_active.max(info.ack_floor.last_active),
        name: info.name,
    })
}

/// When the first event of these subjects behind a sequence was recorded.
async fn first_after(
    stream: &Stream,
    subjects: &[String],
    sequence: u64,
) -> Result<Option<OffsetDateTime>, ConsumerError> {
    let mut first: Option<(u64, OffsetDateTime)> = None;
    for subject in subjects {
        match stream.direct_get_next_for_subject(subject.clone(), Some(sequence + 1)).await {
            Ok(next) if first.is_none_or(|(sequence, _)| next.sequence < sequence) => {
                first = Some((next.sequence, next.time));
            }
            Ok(_) => {}
            Err(error) if error.kind() == DirectGetErrorKind::NotFound => {}
            Err(error) => return Err(unopened(error).into()),
        }
    }
    Ok(first.map(|(_, time)| time))
}
