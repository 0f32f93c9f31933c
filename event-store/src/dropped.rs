//! Which events a projection is no fold of, because an operator gave them up. That is a fact of the log, so every fold
//! reads it there: before its first event, in the projection's own subject, and then in passing.

use std::collections::BTreeMap;

use domain::{
    AccountId, CommandId, DropReason, DroppedPositions, Event, EventsDropped, Position, ProjectionEvent,
    Sequence,
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::cause::Cause;
use crate::codec::{Decoded, decode};
use crate::command_metadata::CommandMetadata;
use crate::contract::{AppendError, EventLog, Expected, NewEvent, ReadError, RecordedEvent};
use crate::subject::{Boundary, Subject};

/// Events of one append at most, so that a batch stays far below what a broker takes at once.
const APPENDED_MAX: usize = 50;
const CORRELATION: &str = "operator";

/// The events that are given up, and by which event each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dropped(BTreeMap<Position, Position>);

impl Dropped {
    /// What the log says of a projection now.
    pub async fn read(log: &dyn EventLog, projection: &str) -> Result<Self, ReadError> {
        let subject = Subject::new(log.shard(), Boundary::Dropped(projection.to_owned()));
        let decisions = log.read_subject(subject, Sequence::ZERO.next()).await?;
        Ok(Self::of(&decisions))
    }

    fn of(decisions: &[RecordedEvent]) -> Self {
        let mut dropped = Self::default();
        for recorded in decisions.iter().rev() {
            // A decision that was given up itself, by a later one, counts for nothing.
            if dropped.by(recorded.position).is_none()
                && let Ok(Decoded::Known(Event::Projection(ProjectionEvent::EventsDropped(decision)))) =
                    decode(recorded)
            {
                dropped.add(recorded.position, &decision);
            }
        }
        dropped
    }

    /// Takes in the decision at a position.
    pub fn add(&mut self, at: Position, decision: &EventsDropped) {
        let positions = decision.positions.as_slice().iter();
        let before = positions.filter(|position| **position < at && position.shard() == at.shard());
        self.0.extend(before.map(|position| (*position, at)));
    }

    /// The event that gave up the one at a position.
    pub fn by(&self, position: Position) -> Option<Position> {
        self.0.get(&position).copied()
    }

    pub fn has_none_in(&self, first: Position, last: Position) -> bool {
        self.0.range(first..=last).next().is_none()
    }

    pub fn positions(&self) -> impl Iterator<Item = Position> {
        self.0.keys().copied()
    }
}

/// Gives events up, in this order: if not all of it gets into the log, the first ones do. Returns the position of the
/// last event that says so, `None` where there was nothing to say.
///
/// # Errors
/// As an append. After any of them it can be repeated with what [`Dropped::read`] does not find.
pub async fn drop_events(
    log: &dyn EventLog,
    projection: &str,
    positions: &[Position],
    reason: Option<&DropReason>,
    time: OffsetDateTime,
) -> Result<Option<Position>, AppendError> {
    let decisions: Vec<EventsDropped> = positions
        .chunks(DroppedPositions::MAX)
        .filter_map(|some| DroppedPositions::try_from(some.to_vec()).ok())
        .map(|positions| EventsDropped {
            projection: projection.to_owned(),
            positions,
            reason: reason.cloned(),
        })
        .collect();
    let mut last = None;
    for some in decisions.chunks(APPENDED_MAX) {
        let metadata = CommandMetadata {
            fingerprint: None,
            command: CommandId(Uuid::now_v7()),
            actor: AccountId::OPERATOR,
            correlation: CORRELATION.to_owned(),
            trace_parent: None,
            time,
        };
        let event = |decision: &EventsDropped| {
            let event = ProjectionEvent::EventsDropped(decision.clone()).into();
            NewEvent::new(log.shard(), &event, Expected::Any, &metadata)
        };
        let events: Result<Vec<_>, _> = some.iter().map(event).collect();
        let events = events.map_err(|error| AppendError::Refused(Cause::new(error)))?;
        last = log.append(metadata.command, events).await?.positions.last().copied();
    }
    Ok(last)
}
