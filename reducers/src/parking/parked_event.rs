//! What is stored of an event that is not in the rows.

use data_set::write::parked::Parked;
use data_set::write::{ParkedEvent, Reason};
use domain::Position;
use event_store::{DecodeError, RecordedEvent};
use service_kit::Chain;

use super::classify::{Classified, classify};
use super::undecodable::keys_of_undecodable;
use crate::projections::key_index::Access;
use crate::projections::{ConflictKeys, Fold};

pub(crate) fn parked_event(
    recorded: &RecordedEvent,
    reason: Reason,
    detail: String,
    keys: &ConflictKeys,
) -> ParkedEvent {
    let names = |access| keys.names(access).map(str::to_owned).collect();
    ParkedEvent {
        position: recorded.position.get(),
        subject: recorded.subject.clone(),
        event_type: recorded.envelope.as_ref().map_or_else(String::new, |own| own.event_type.clone()),
        reason,
        detail,
        exclusive_keys: names(Access::Exclusive),
        shared_keys: names(Access::Shared),
    }
}

pub(crate) fn undecodable(recorded: &RecordedEvent, error: &DecodeError, keys: &ConflictKeys) -> ParkedEvent {
    // The error names places in the data, not the data.
    parked_event(recorded, reason(error), Chain(error).to_string(), keys)
}

pub(super) fn reason(error: &DecodeError) -> Reason {
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

/// Of an event that a worker passes over, because the one at `by` dropped it.
pub(crate) fn pass_over(fold: &dyn Fold, recorded: &RecordedEvent, by: Position) -> ParkedEvent {
    // Only people read these keys, so nothing is looked up for them.
    let keys = match classify(fold, recorded) {
        Classified::Known(known) => fold.conflict_keys(&known),
        Classified::Foreign | Classified::Undecodable(_) | Classified::Drop(_) | Classified::Dropped(_) => {
            keys_of_undecodable(fold, recorded)
        }
    };
    parked_event(recorded, Reason::Dropped, by_whom(by), &keys)
}

/// The same of one that is parked.
pub(super) fn drop_parked(row: &Parked, by: Position) -> ParkedEvent {
    ParkedEvent {
        position: row.position,
        subject: row.subject.clone(),
        event_type: row.event_type.clone(),
        reason: Reason::Dropped,
        detail: by_whom(by),
        exclusive_keys: row.exclusive_keys.clone(),
        shared_keys: row.shared_keys.clone(),
    }
}

fn by_whom(by: Position) -> String {
    format!("by the event at position {by}")
}
