//! The events. Stored names and fields are public for ever: a Rust item may be renamed, the bytes may not change
//! (`event-store/tests/golden` holds them). A new meaning is a new version and an upcaster.

mod account;
mod graph;
mod inbox;
mod message;
mod moderation;
mod projection;
mod reaction;
mod report;

use cqrs_es::DomainEvent;

pub use account::*;
pub use graph::*;
pub use inbox::*;
pub use message::*;
pub use moderation::*;
pub use projection::*;
pub use reaction::*;
pub(crate) use report::day_number;
pub use report::{Outcome, ReportEvent, ReportFiled, ReportResolved};

/// Every event that this version of the code knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Account(AccountEvent),
    Handle(HandleEvent),
    Message(MessageEvent),
    Graph(GraphEvent),
    Reaction(ReactionEvent),
    Inbox(InboxEvent),
    Projection(ProjectionEvent),
    Moderation(ModerationEvent),
    Report(ReportEvent),
}

impl Event {
    /// Name and version, such as `rookery.message.posted.v1`.
    pub fn type_name(&self) -> String {
        let (name, version) = match self {
            Self::Account(event) => (event.event_type(), event.event_version()),
            Self::Handle(event) => (event.event_type(), event.event_version()),
            Self::Message(event) => (event.event_type(), event.event_version()),
            Self::Graph(event) => (event.event_type(), event.event_version()),
            Self::Reaction(event) => (event.event_type(), event.event_version()),
            Self::Inbox(event) => (event.event_type(), event.event_version()),
            Self::Projection(event) => (event.event_type(), event.event_version()),
            Self::Moderation(event) => (event.event_type(), event.event_version()),
            Self::Report(event) => (event.event_type(), event.event_version()),
        };
        format!("{name}.v{version}")
    }
}

macro_rules! into_event {
    ($($variant:ident($inner:ident)),*) => {
        $(
            impl From<$inner> for Event {
                fn from(event: $inner) -> Self {
                    Self::$variant(event)
                }
            }
        )*
    };
}

into_event!(
    Account(AccountEvent),
    Handle(HandleEvent),
    Message(MessageEvent),
    Graph(GraphEvent),
    Reaction(ReactionEvent),
    Inbox(InboxEvent),
    Projection(ProjectionEvent),
    Moderation(ModerationEvent),
    Report(ReportEvent)
);
