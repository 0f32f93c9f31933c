//! What an operator decides about a projection. Subject: the projection's own.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::{DropReason, DroppedPositions};

/// Events that no version of a projection is a fold of. A position that is not before this event's own means nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventsDropped {
    pub projection: String,
    pub positions: DroppedPositions,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<DropReason>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProjectionEvent {
    EventsDropped(EventsDropped),
}

impl DomainEvent for ProjectionEvent {
    fn event_type(&self) -> String {
        match self {
            Self::EventsDropped(_) => "rookery.event.dropped".to_owned(),
        }
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}
