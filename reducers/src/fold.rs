//! From recorded events to one batch of changes. An event that cannot be decoded is parked, an event of an unknown type
//! is passed over: it belongs to a later version or to somebody else.

use data_set::write::{Batch, ParkedEvent};
use domain::Event;
use event_store::{Decoded, RecordedEvent};

use crate::messages::MessageFold;

/// Pure; see the module.
pub fn fold(events: &[RecordedEvent]) -> Batch {
    let mut messages = MessageFold::default();
    let mut parked = Vec::new();
    for recorded in events {
        match event_store::decode(recorded) {
            Ok(Decoded::Known(Event::Message(event))) => {
                messages.apply(recorded.position, recorded.recorded_at, event);
            }
            Ok(Decoded::Known(_) | Decoded::UnknownType(_)) => {}
            Err(error) => parked.push(park(recorded, "undecodable", &describe(&error))),
        }
    }
    Batch { messages: messages.finish(), parked }
}

/// What stands for an event whose values the database refuses.
pub(crate) fn refused(recorded: &RecordedEvent, error: &dyn std::error::Error) -> Batch {
    Batch { parked: vec![park(recorded, "refused-by-database", &describe(error))], ..Batch::default() }
}

fn park(recorded: &RecordedEvent, reason: &'static str, detail: &str) -> ParkedEvent {
    metrics::counter!("reducer_events_parked_total", "projection" => crate::social::NAME, "reason" => reason)
        .increment(1);
    tracing::error!(event.position = recorded.position.get(), reason, detail, "an event was parked");
    ParkedEvent {
        position: recorded.position.get(),
        subject: recorded.subject.clone(),
        event_type: recorded.envelope.as_ref().map_or_else(String::new, |own| own.event_type.clone()),
        reason,
        detail: detail.to_owned(),
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
