//! What an event turned out to be, and what stands for it when it is parked.

use data_set::write::parked::Parked;
use data_set::write::{ParkedEvent, Reason};
use domain::{Event, EventsDropped, Position, ProjectionEvent};
use event_store::{DecodeError, Decoded, RecordedEvent};
use fail_points::planted;

use super::claims_of_bad;
use crate::projections::Claims;
use crate::projections::{Fold, KnownEvent};

/// A recorded event as this version of the code sees it.
#[derive(Debug)]
pub(crate) enum Seen {
    Known(KnownEvent),
    /// Passed over: it belongs to a later version or to somebody else.
    Foreign,
    Bad(Reason, String),
    /// It gives up others, of this projection.
    Drop(EventsDropped),
    /// Passed over: the event at this position gave it up.
    Dropped(Position),
}

/// By itself; whether it was given up only others say.
pub(crate) fn see(fold: &dyn Fold, recorded: &RecordedEvent) -> Seen {
    match event_store::decode(recorded) {
        Ok(Decoded::Known(Event::Projection(ProjectionEvent::EventsDropped(event)))) => {
            let is_obeyed = event.projection == fold.name() && !planted("given-up-ignored");
            if is_obeyed { Seen::Drop(event) } else { Seen::Foreign }
        }
        Ok(Decoded::Known(event)) => {
            Seen::Known(KnownEvent { position: recorded.position, recorded_at: recorded.recorded_at, event })
        }
        Ok(Decoded::UnknownType(_)) => Seen::Foreign,
        Err(_) if planted("undecodable-skipped") => Seen::Foreign,
        Err(error) => Seen::Bad(reason(&error), describe(&error)),
    }
}

fn reason(error: &DecodeError) -> Reason {
    match error {
        DecodeError::UnknownVersion { .. } => Reason::UnknownVersion,
        DecodeError::NoEnvelope
        | DecodeError::Unreadable(_)
        | DecodeError::Data { .. }
        | DecodeError::Nul { .. }
        | DecodeError::Upcast { .. }
        | DecodeError::Misplaced { .. } => Reason::Undecodable,
    }
}

/// The error and its causes on one line. Decode errors name places in the data, not the data.
pub(crate) fn describe(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Some errors repeat their cause themselves.
        let more = error.to_string();
        if !words.ends_with(&more) {
            words = format!("{words}: {more}");
        }
        cause = error.source();
    }
    words
}

pub(crate) fn park(recorded: &RecordedEvent, reason: Reason, detail: String, claims: &Claims) -> ParkedEvent {
    ParkedEvent {
        position: recorded.position.get(),
        subject: recorded.subject.clone(),
        event_type: recorded.envelope.as_ref().map_or_else(String::new, |own| own.event_type.clone()),
        reason,
        detail,
        holds: claims.holds().cloned().collect(),
        touches: claims.touches().cloned().collect(),
    }
}

/// What stands for an event that a lane passes over, because the one at `by` gave it up.
pub(crate) fn pass_over(fold: &dyn Fold, recorded: &RecordedEvent, by: Position) -> ParkedEvent {
    // For people: these are not looked at, so nothing is looked up.
    let claims = match see(fold, recorded) {
        Seen::Known(known) => fold.claims(&known),
        Seen::Foreign | Seen::Bad(..) | Seen::Drop(_) | Seen::Dropped(_) => claims_of_bad(fold, recorded),
    };
    park(recorded, Reason::Dropped, by_whom(by), &claims)
}

/// The same of one that is parked.
pub(crate) fn drop_parked(row: &Parked, by: Position) -> ParkedEvent {
    ParkedEvent {
        position: row.position,
        subject: row.subject.clone(),
        event_type: row.event_type.clone(),
        reason: Reason::Dropped,
        detail: by_whom(by),
        holds: row.holds.clone(),
        touches: row.touches.clone(),
    }
}

fn by_whom(by: Position) -> String {
    format!("by the event at position {by}")
}
