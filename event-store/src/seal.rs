//! From an event to what is appended: where it belongs, who caused it, its bytes.

use domain::{AccountId, CommandId, EventId, Shard};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::codec;
use crate::command::Change;
use crate::contract::NewEvent;
use crate::envelope::{Envelope, TraceParent};
use crate::fingerprint::Fingerprint;
use crate::subject::Subject;

/// Who commands, and why: what every event of the command is stamped with.
#[derive(Debug, Clone)]
pub struct Stamp {
    pub command: CommandId,
    /// Of a command with a key.
    pub fingerprint: Option<Fingerprint>,
    pub actor: AccountId,
    pub correlation: String,
    pub trace_parent: Option<TraceParent>,
    pub time: OffsetDateTime,
}

pub(crate) fn seal(shard: Shard, change: &Change, stamp: &Stamp) -> Result<NewEvent, serde_json::Error> {
    let (event_type, data) = codec::encode(&change.event)?;
    Ok(NewEvent {
        subject: Subject::of(shard, &change.event),
        expected: change.expected,
        envelope: Envelope {
            event: EventId(Uuid::now_v7()),
            event_type,
            time: stamp.time,
            command: stamp.command,
            fingerprint: stamp.fingerprint,
            actor: stamp.actor,
            correlation: stamp.correlation.clone(),
            causation: stamp.command.to_string(),
            trace_parent: stamp.trace_parent.clone(),
            edit_index: change.edit_index.clone(),
        },
        data,
    })
}
