//! How events become bytes and bytes events again. The only part of this crate that knows what the events are.

use bytes::Bytes;
use domain::{AccountEvent, Event, GraphEvent, HandleEvent, InboxEvent, MessageEvent, ReactionEvent};

use crate::contract::RecordedEvent;

/// What a recorded event turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decoded {
    Known(Event),
    /// A type that this version of the code does not know: a later version's, or somebody else's. Not an error.
    UnknownType(String),
}

#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    #[error("the event has no usable envelope")]
    NoEnvelope,
    #[error("the data of a {event_type} cannot be decoded")]
    Data {
        event_type: String,
        #[source]
        source: serde_json::Error,
    },
    #[error("the text of a {event_type} contains U+0000")]
    Nul { event_type: String },
}

/// The stored name of every event and version, in one place for both directions.
macro_rules! event_types {
    ($($name:literal = $outer:ident($inner:ident::$variant:ident),)*) => {
        fn to_json(event: &Event) -> Result<Vec<u8>, serde_json::Error> {
            match event {
                $(Event::$outer($inner::$variant(data)) => serde_json::to_vec(data),)*
            }
        }

        /// `None` for a type that is not in the table.
        fn known(event_type: &str, data: &[u8]) -> Option<Result<Event, serde_json::Error>> {
            Some(match event_type {
                $($name => serde_json::from_slice(data).map(|data| Event::$outer($inner::$variant(data))),)*
                _ => return None,
            })
        }
    };
}

event_types! {
    "rookery.account.registered.v1" = Account(AccountEvent::Registered),
    "rookery.account.profile-changed.v1" = Account(AccountEvent::ProfileChanged),
    "rookery.account.deactivated.v1" = Account(AccountEvent::Deactivated),
    "rookery.handle.claimed.v1" = Handle(HandleEvent::Claimed),
    "rookery.handle.released.v1" = Handle(HandleEvent::Released),
    "rookery.message.posted.v1" = Message(MessageEvent::Posted),
    "rookery.message.edited.v1" = Message(MessageEvent::Edited),
    "rookery.message.deleted.v1" = Message(MessageEvent::Deleted),
    "rookery.account.followed.v1" = Graph(GraphEvent::Followed),
    "rookery.account.unfollowed.v1" = Graph(GraphEvent::Unfollowed),
    "rookery.message.liked.v1" = Reaction(ReactionEvent::Liked),
    "rookery.message.unliked.v1" = Reaction(ReactionEvent::Unliked),
    "rookery.message.reposted.v1" = Reaction(ReactionEvent::Reposted),
    "rookery.message.unreposted.v1" = Reaction(ReactionEvent::Unreposted),
    "rookery.notifications.read.v1" = Inbox(InboxEvent::NotificationsRead),
}

/// Type name with version, and JSON.
pub fn encode(event: &Event) -> Result<(String, Bytes), serde_json::Error> {
    Ok((event.type_name(), Bytes::from(to_json(event)?)))
}

pub fn decode(recorded: &RecordedEvent) -> Result<Decoded, DecodeError> {
    let envelope = recorded.envelope.as_ref().ok_or(DecodeError::NoEnvelope)?;
    let event_type = &envelope.event_type;
    match known(event_type, &recorded.data) {
        None => Ok(Decoded::UnknownType(event_type.clone())),
        Some(Err(source)) => Err(DecodeError::Data { event_type: event_type.clone(), source }),
        Some(Ok(event)) if has_nul(&event) => Err(DecodeError::Nul { event_type: event_type.clone() }),
        Some(Ok(event)) => Ok(Decoded::Known(event)),
    }
}

/// Postgres cannot hold U+0000. The dispatcher refuses it, so one in the log came from elsewhere; found here it costs
/// one parked event, found by the database it costs a batch.
fn has_nul(event: &Event) -> bool {
    let message = |text: &domain::Text, tags: &domain::Tags| {
        text.as_str().contains('\0') || tags.as_slice().iter().any(|tag| tag.as_str().contains('\0'))
    };
    match event {
        Event::Message(MessageEvent::Posted(event)) => message(&event.text, &event.tags),
        Event::Message(MessageEvent::Edited(event)) => message(&event.text, &event.tags),
        Event::Account(AccountEvent::Registered(event)) => {
            event.handle.as_str().contains('\0') || event.display_name.as_str().contains('\0')
        }
        Event::Account(AccountEvent::ProfileChanged(event)) => {
            [event.handle.as_str(), event.display_name.as_str(), event.bio.as_str()]
                .iter()
                .any(|text| text.contains('\0'))
        }
        Event::Message(MessageEvent::Deleted(_))
        | Event::Account(AccountEvent::Deactivated(_))
        | Event::Handle(_)
        | Event::Graph(_)
        | Event::Reaction(_)
        | Event::Inbox(_) => false,
    }
}
