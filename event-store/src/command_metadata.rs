//! From an event to what is appended: where it belongs, who caused it, its bytes.

use domain::{AccountId, CommandId, Event, EventId, Shard};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::codec;
use crate::contract::{Expected, NewEvent};
use crate::edit_index::EditIndex;
use crate::envelope::{Envelope, TraceParent};
use crate::fingerprint::Fingerprint;
use crate::subject::Subject;

/// Who commands, and why: what the envelope of every event of the command says.
#[derive(Debug, Clone)]
pub struct CommandMetadata {
    pub command: CommandId,
    /// Of a command with a key.
    pub fingerprint: Option<Fingerprint>,
    pub actor: AccountId,
    pub correlation: String,
    pub trace_parent: Option<TraceParent>,
    pub time: OffsetDateTime,
}

impl NewEvent {
    pub fn new(
        shard: Shard,
        event: &Event,
        expected: Expected,
        metadata: &CommandMetadata,
    ) -> Result<Self, serde_json::Error> {
        let (event_type, data) = codec::encode(event)?;
        Ok(Self {
            subject: Subject::of(shard, event),
            expected,
            envelope: Envelope {
                event: EventId(Uuid::now_v7()),
                event_type,
                time: metadata.time,
                command: metadata.command,
                fingerprint: metadata.fingerprint,
                actor: metadata.actor,
                correlation: metadata.correlation.clone(),
                causation: metadata.command.to_string(),
                trace_parent: metadata.trace_parent.clone(),
                edit_index: None,
            },
            data,
        })
    }

    /// Of an edit or a deletion.
    #[must_use]
    pub fn with_edit_index(mut self, index: Option<EditIndex>) -> Self {
        self.envelope.edit_index = index;
        self
    }
}
