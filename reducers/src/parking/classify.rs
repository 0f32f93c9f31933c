//! What an event turned out to be.

use domain::{Event, EventsDropped, Position, ProjectionEvent};
use event_store::{DecodeError, Decoded, RecordedEvent};
use fail_points::planted;

use crate::projections::{Fold, KnownEvent};

/// A recorded event as this version of the code understands it.
#[derive(Debug)]
pub(crate) enum Classified {
    Known(KnownEvent),
    /// Passed over: it belongs to a later version or to another program.
    Foreign,
    Undecodable(DecodeError),
    /// It drops other events, of this projection.
    Drop(EventsDropped),
    /// Passed over: the event at this position dropped it.
    Dropped(Position),
}

/// By itself; whether it was dropped only other events say.
pub(crate) fn classify(fold: &dyn Fold, recorded: &RecordedEvent) -> Classified {
    match event_store::decode(recorded) {
        Ok(Decoded::Known(Event::Projection(ProjectionEvent::EventsDropped(event)))) => {
            let is_obeyed = event.projection == fold.name() && !planted("given-up-ignored");
            if is_obeyed { Classified::Drop(event) } else { Classified::Foreign }
        }
        Ok(Decoded::Known(event)) => Classified::Known(KnownEvent {
            position: recorded.position,
            recorded_at: recorded.recorded_at,
            event,
        }),
        Ok(Decoded::UnknownType(_)) => Classified::Foreign,
        Err(_) if planted("undecodable-skipped") => Classified::Foreign,
        Err(error) => Classified::Undecodable(error),
    }
}
