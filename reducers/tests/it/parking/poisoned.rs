//! A log in which some events are bad, and the same log as it should have been.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use data_set::write::{Step, WriteError};
use domain::{CommandId, Position, Sequence, Shard};
use event_store::{
    AppendError, Appended, EventLog, Expected, InMemoryLog, Lineage, NewEvent, ReadError, RecordedEvent,
    Subject, Tail, conformance,
};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reducers::{Changes, ConflictKeys, Fold, KnownEvent};
use serde_json::Value;

use crate::crowd::Crowd;

const ACCOUNTS: i64 = 14;

pub(crate) struct Poisoned {
    log: Arc<InMemoryLog>,
    crowd: Crowd,
    random: StdRng,
    /// How many of each hundred events are bad.
    percent: u32,
    good: Vec<RecordedEvent>,
    bad: Vec<Position>,
}

impl Poisoned {
    pub(crate) fn new(seed: u64, percent: u32) -> Self {
        Self {
            log: Arc::new(InMemoryLog::new(Shard(0))),
            crowd: Crowd::new(seed, ACCOUNTS),
            random: StdRng::seed_from_u64(seed),
            percent,
            good: Vec::new(),
            bad: Vec::new(),
        }
    }

    pub(crate) fn log(&self) -> Arc<dyn EventLog> {
        Arc::clone(&self.log) as Arc<dyn EventLog>
    }

    pub(crate) fn good(&self) -> &[RecordedEvent] {
        &self.good
    }

    pub(crate) fn bad(&self) -> &[Position] {
        &self.bad
    }

    /// Appends random events, some of them with a field that is not what it should be. At least one is bad.
    pub(crate) async fn write(&mut self, count: u64) {
        for index in 0..count {
            let position = Position::new(self.log.head().await.expect("a head").next(), Shard(0));
            let event = self.crowd.draw(position);
            let command = conformance::command();
            let mut new = conformance::posted(&*self.log, 1, "replaced", command, Expected::Any);
            let (event_type, data) = event_store::encode(&event).expect("an event encodes");
            new.envelope.event_type = event_type;
            new.subject = Subject::of(Shard(0), &event);
            let is_bad = index == count / 4 || self.random.random_ratio(self.percent, 100);
            new.data = if is_bad { broken(&data, &mut self.random) } else { data.clone() };
            self.log.append(command, vec![new]).await.expect("appended");
            let mut recorded = self.log.read(position.sequence()).await.expect("readable").expect("there");
            if is_bad {
                assert!(event_store::decode(&recorded).is_err(), "{event:?} is broken");
                self.bad.push(position);
            }
            recorded.data = data;
            self.good.push(recorded);
        }
    }

    /// The log of a version that can decode some of the bad events.
    pub(crate) fn mended(&self, positions: &[Position]) -> Mended {
        let good = self.good.iter().filter(|event| positions.contains(&event.position)).cloned();
        Mended::new(self.log(), good)
    }
}

/// One field of another type, with its value inside; or a field too few, of those whose ids stand elsewhere as well.
fn broken(data: &Bytes, random: &mut StdRng) -> Bytes {
    let mut value: Value = serde_json::from_slice(data).expect("JSON");
    let fields = value.as_object_mut().expect("an object");
    let names: Vec<String> = fields.keys().cloned().collect();
    let name = &names[random.random_range(0..names.len())];
    let inner = fields[name].take();
    fields[name] = serde_json::json!({ "was": inner });
    Bytes::from(value.to_string())
}

/// Reads some events as if they had been good.
#[derive(Debug)]
pub(crate) struct Mended {
    log: Arc<dyn EventLog>,
    good: HashMap<Sequence, RecordedEvent>,
}

impl Mended {
    pub(crate) fn new(log: Arc<dyn EventLog>, good: impl IntoIterator<Item = RecordedEvent>) -> Self {
        Self { log, good: good.into_iter().map(|event| (event.position.sequence(), event)).collect() }
    }
}

#[async_trait]
impl EventLog for Mended {
    fn shard(&self) -> Shard {
        self.log.shard()
    }

    fn lineage(&self) -> Lineage {
        self.log.lineage()
    }

    async fn append(&self, command: CommandId, events: Vec<NewEvent>) -> Result<Appended, AppendError> {
        self.log.append(command, events).await
    }

    async fn head(&self) -> Result<Sequence, ReadError> {
        self.log.head().await
    }

    async fn read(&self, sequence: Sequence) -> Result<Option<RecordedEvent>, ReadError> {
        match self.good.get(&sequence) {
            Some(event) => Ok(Some(event.clone())),
            None => self.log.read(sequence).await,
        }
    }

    async fn read_subject(&self, subject: Subject, from: Sequence) -> Result<Vec<RecordedEvent>, ReadError> {
        let events = self.log.read_subject(subject, from).await?.into_iter();
        Ok(events.map(|event| self.good.get(&event.position.sequence()).cloned().unwrap_or(event)).collect())
    }

    async fn events_of(&self, command: CommandId, until: Sequence) -> Result<Vec<RecordedEvent>, ReadError> {
        self.log.events_of(command, until).await
    }

    async fn tail(&self, after: Sequence) -> Result<Tail, ReadError> {
        self.log.tail(after).await
    }
}

/// A projection whose batches are of random sizes.
#[derive(Debug)]
pub(crate) struct Cut {
    fold: Box<dyn Fold>,
    random: Mutex<StdRng>,
}

impl Cut {
    pub(crate) fn new(fold: Box<dyn Fold>, seed: u64) -> Self {
        Self { fold, random: Mutex::new(StdRng::seed_from_u64(seed)) }
    }
}

#[async_trait]
impl Fold for Cut {
    fn name(&self) -> &'static str {
        self.fold.name()
    }

    fn batch_max(&self) -> usize {
        let mut random = self.random.lock().expect("nobody panics with it");
        if random.random_bool(0.3) { 1 } else { random.random_range(1..60) }
    }

    fn fold(&self, events: Vec<KnownEvent>) -> Box<dyn Changes> {
        self.fold.fold(events)
    }

    fn conflict_keys(&self, event: &KnownEvent) -> ConflictKeys {
        self.fold.conflict_keys(event)
    }

    async fn look_up(&self, step: &mut Step, keys: &mut [ConflictKeys]) -> Result<(), WriteError> {
        self.fold.look_up(step, keys).await
    }
}
