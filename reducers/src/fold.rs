//! What every projection has in common: a name, a version, and a fold of events into rows. An event that cannot be
//! decoded is parked, an event of an unknown type is passed over: it belongs to a later version or to somebody else.

use std::fmt;

use async_trait::async_trait;
use data_set::Pool;
use data_set::write::{self, ParkedEvent, WriteError};
use domain::{Event, Position};
use event_store::{Decoded, RecordedEvent};
use planted_bugs::planted;
use time::OffsetDateTime;

/// A projection, as its lane sees it.
pub trait Fold: fmt::Debug + Send + Sync {
    /// Its name in checkpoints, metrics and the API.
    fn name(&self) -> &'static str;

    /// Version of its tables, and of the meaning of their rows.
    fn version(&self) -> i32;

    /// Events in one batch at most: what bounds the memory, and the work that a crash repeats.
    fn batch_max(&self) -> usize;

    /// What events come to. Pure: no rows are looked at, so it needs no database and can be done ahead.
    fn fold(&self, events: &[RecordedEvent]) -> Box<dyn Changes>;
}

/// What the events of one batch come to. The rows must not depend on how the log is cut into batches.
#[async_trait]
pub trait Changes: Send + Sync {
    /// Writes them and moves the checkpoint from before the batch to its last event, both or neither.
    async fn commit(
        &self,
        pool: &Pool,
        lane: &write::Lane,
        from: Position,
        to: Position,
    ) -> Result<(), WriteError>;
}

/// An event that this version of the code knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownEvent {
    pub position: Position,
    /// The log's time, for people.
    pub recorded_at: OffsetDateTime,
    pub event: Event,
}

/// The events that are known, and those that cannot be decoded.
pub(crate) fn decode(
    projection: &'static str,
    events: &[RecordedEvent],
) -> (Vec<KnownEvent>, Vec<ParkedEvent>) {
    let mut known = Vec::with_capacity(events.len());
    let mut parked = Vec::new();
    for recorded in events {
        match event_store::decode(recorded) {
            Ok(Decoded::Known(event)) => {
                known.push(KnownEvent {
                    position: recorded.position,
                    recorded_at: recorded.recorded_at,
                    event,
                });
            }
            Ok(Decoded::UnknownType(_)) => {}
            Err(_) if planted("undecodable-skipped") => {}
            Err(error) => parked.push(park(projection, recorded, "undecodable", &error)),
        }
    }
    (known, parked)
}

/// What stands for an event that cannot be folded. `reason` is a stable word.
pub(crate) fn park(
    projection: &'static str,
    recorded: &RecordedEvent,
    reason: &'static str,
    error: &dyn std::error::Error,
) -> ParkedEvent {
    metrics::counter!("reducer_events_parked_total", "projection" => projection, "reason" => reason)
        .increment(1);
    let detail = describe(error);
    tracing::error!(
        projection,
        event.position = recorded.position.get(),
        reason,
        detail,
        "an event was parked"
    );
    ParkedEvent {
        position: recorded.position.get(),
        subject: recorded.subject.clone(),
        event_type: recorded.envelope.as_ref().map_or_else(String::new, |own| own.event_type.clone()),
        reason,
        detail,
    }
}

/// The error and its causes on one line. Decode errors name places in the data, not the data.
fn describe(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}
