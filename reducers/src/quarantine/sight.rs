//! What an event turned out to be, and what stands for it when it is parked.

use data_set::write::{ParkedEvent, Reason};
use event_store::{DecodeError, Decoded, RecordedEvent};
use planted_bugs::planted;

use super::Claims;
use crate::fold::KnownEvent;

/// A recorded event as this version of the code sees it.
#[derive(Debug)]
pub(crate) enum Seen {
    Known(KnownEvent),
    /// Passed over: it belongs to a later version or to somebody else.
    Foreign,
    Bad(Reason, String),
}

pub(crate) fn see(recorded: &RecordedEvent) -> Seen {
    match event_store::decode(recorded) {
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
        | DecodeError::Upcast { .. } => Reason::Undecodable,
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
