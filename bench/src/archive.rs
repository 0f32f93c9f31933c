//! A log full of imported messages, filled without the dispatcher: the fold cannot tell, and it takes a minute instead of
//! ten.

use anyhow::{Context, Result};
use domain::{
    AccountId, CommandId, Event, EventId, MessageEvent, MessagePosted, OriginalTime, Shard, Tags, Text,
};
use event_store::{Envelope, EventLog, Expected, JetStreamConfig, JetStreamLog, NewEvent, Subject};
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
        let messages = filling(from, count, self.times);
        let mut events = Vec::with_capacity(BATCH);
        for message in messages {
            events.push(event(&message)?);
            if events.len() == BATCH {
                self.append(std::mem::take(&mut events)).await?;
            }
        }
        if !events.is_empty() {
            self.append(events).await?;
        }
        self.fillings.push(count);
        Ok(())
    }

    async fn append(&self, events: Vec<NewEvent>) -> Result<()> {
        self.log.append(CommandId(Uuid::now_v7()), events).await.context("fill the log")?;
        Ok(())
    }
}

/// Appends events in batches as large as the broker takes.
pub(crate) async fn append_all(
    log: &JetStreamLog,
    events: impl Iterator<Item = (AccountId, Event)>,
) -> Result<()> {
    let mut batch = Vec::with_capacity(BATCH);
    for (actor, event) in events {
        batch.push(seal(actor, &event)?);
        if batch.len() == BATCH {
            log.append(CommandId(Uuid::now_v7()), std::mem::take(&mut batch))
                .await
                .context("fill the log")?;
        }
    }
    if !batch.is_empty() {
        log.append(CommandId(Uuid::now_v7()), batch).await.context("fill the log")?;
    }
    Ok(())
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
        original_time: Some(OriginalTime::parse(message.time, OffsetDateTime::now_utc())?.get()),
    });
    seal(account, &posted.into())
}

/// An event as the dispatcher would have written it, but for the expectation.
pub(crate) fn seal(actor: AccountId, event: &Event) -> Result<NewEvent> {
    let (event_type, data) = event_store::encode(event)?;
    let command = CommandId(Uuid::now_v7());
    let envelope = Envelope {
        event: EventId(Uuid::now_v7()),
        event_type,
        time: OffsetDateTime::now_utc(),
        command,
        actor,
        correlation: command.to_string(),
        causation: command.to_string(),
        trace_parent: None,
        edit_index: None,
    };
    Ok(NewEvent { subject: Subject::of(Shard(0), event), expected: Expected::Any, envelope, data })
}
