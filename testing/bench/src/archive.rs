//! A log full of imported messages, filled without the dispatcher: the fold cannot tell, and it takes a minute instead
//! of ten.

use anyhow::{Context, Result};
use domain::{
    AccountId, CommandId, Event, EventId, MessageEvent, MessagePosted, OriginalTime, Shard, Tags, Text,
};
use event_store::{Envelope, EventLog, Expected, Fingerprint, NewEvent, Subject};
use event_store_nats::{JetStreamConfig, JetStreamLog};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::corpus::{Corpus, Message};

/// Events per atomic batch, the most that the broker takes.
const BATCH: usize = 1_000;

/// When the messages of an archive were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Times {
    /// Spread over a year, in the order of the log: few per minute.
    Year,
    /// Spread over a year, in random order.
    Shuffled,
    /// A thousandth of a second apart, within a minute: as a busy installation writes its log.
    Dense,
}

/// Between two messages of a dense archive.
const DENSE_PACE: Duration = Duration::milliseconds(1);

#[derive(Debug)]
pub(crate) struct Archive {
    log: JetStreamLog,
    /// How many messages the log held after each filling. Each filling begins with the year.
    fillings: Vec<u64>,
    times: Times,
}

impl Archive {
    pub(crate) async fn new(nats_url: &str, times: Times) -> Result<Self> {
        let log = JetStreamLog::open(&JetStreamConfig::new(nats_url, "bench")).await?;
        Ok(Self { log, fillings: Vec::new(), times })
    }

    pub(crate) fn count(&self) -> u64 {
        self.fillings.last().copied().unwrap_or(0)
    }

    /// Every message in the order of the log. Its sequence is its place in here, counted from 1.
    pub(crate) fn messages(&self) -> impl Iterator<Item = Message> {
        let starts = [0].into_iter().chain(self.fillings.iter().copied());
        let fillings = starts.zip(self.fillings.iter().copied());
        fillings.flat_map(|(from, to)| filling(from, to, self.times))
    }

    /// Appends messages until there are `count`.
    pub(crate) async fn fill_to(&mut self, count: u64) -> Result<()> {
        let from = self.count();
        if from >= count {
            return Ok(());
        }
        append_new(&self.log, filling(from, count, self.times).map(|message| event(&message))).await?;
        self.fillings.push(count);
        Ok(())
    }
}

/// Appends events in batches as large as the broker takes.
pub(crate) async fn append_all(
    log: &JetStreamLog,
    events: impl Iterator<Item = (AccountId, Event)>,
) -> Result<()> {
    append_new(log, events.map(|(actor, event)| new_event(actor, &event))).await
}

async fn append_new(log: &JetStreamLog, events: impl Iterator<Item = Result<NewEvent>>) -> Result<()> {
    let mut events = events.peekable();
    while events.peek().is_some() {
        let batch = events.by_ref().take(BATCH).collect::<Result<Vec<_>>>()?;
        log.append(CommandId(Uuid::now_v7()), batch).await.context("fill the log")?;
    }
    Ok(())
}

/// Messages as commands with a key would have left them.
pub(crate) async fn fill_with_keyed(log: &JetStreamLog, count: u64) -> Result<()> {
    let events = filling(0, count, Times::Year).map(|message| {
        let mut event = event(&message)?;
        event.envelope.fingerprint = Some(Fingerprint::of_digest([7; 32]));
        Ok(event)
    });
    append_new(log, events).await
}

/// The messages of one filling.
#[expect(clippy::cast_precision_loss, reason = "progress need not be exact")]
fn filling(from: u64, to: u64, times: Times) -> impl Iterator<Item = Message> {
    let mut corpus = Corpus::new(from);
    let length = (to - from).max(1) as f64;
    (0..to - from).map(move |index| match times {
        Times::Year => corpus.message(index as f64 / length),
        Times::Shuffled => corpus.message_at_random(),
        Times::Dense => corpus.message_after(DENSE_PACE * index as f64),
    })
}

fn event(message: &Message) -> Result<NewEvent> {
    let account = AccountId::from_i64(message.author).context("authors are positive")?;
    let posted = MessageEvent::Posted(MessagePosted {
        author: account,
        text: Text::parse(&message.text)?,
        tags: Tags::parse(message.tags.iter().map(String::as_str))?,
        in_reply_to: None,
        original_time: Some(OriginalTime::parse(message.time, OffsetDateTime::now_utc(), [])?.get()),
    });
    new_event(account, &posted.into())
}

/// An event as the dispatcher would have written it, except for the expectation.
pub(crate) fn new_event(actor: AccountId, event: &Event) -> Result<NewEvent> {
    let (event_type, data) = event_store::encode(event)?;
    let command = CommandId(Uuid::now_v7());
    let envelope = Envelope {
        event: EventId(Uuid::now_v7()),
        event_type,
        time: OffsetDateTime::now_utc(),
        command,
        fingerprint: None,
        actor,
        correlation: command.to_string(),
        causation: command.to_string(),
        trace_parent: None,
        edit_index: None,
    };
    Ok(NewEvent { subject: Subject::of(Shard(0), event), expected: Expected::Any, envelope, data })
}
