//! How events become bytes and bytes events again. The only part of this crate that knows what the events are.

#[cfg(feature = "conformance")]
mod fields;

use bytes::Bytes;
use domain::{
    AccountEvent, Event, GraphEvent, HandleEvent, InboxEvent, MessageEvent, ModerationEvent, ProjectionEvent,
    ReactionEvent, ReportEvent,
};

use crate::contract::RecordedEvent;
use crate::disclosure::{Disclosure, PRIVATE, PUBLIC, without};
use crate::subject::Subject;
use crate::upcast::{History, Step, Stored};

/// What a recorded event turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decoded {
    Known(Event),
    /// A type that this code does not know: one of later code, or somebody else's. Not an error.
    UnknownType(String),
}

#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    #[error("the event has no usable envelope")]
    NoEnvelope,
    #[error("the headers of the event cannot be read: {0}")]
    Unreadable(&'static str),
    #[error("the data of a {event_type} cannot be decoded")]
    Data {
        event_type: String,
        #[source]
        source: serde_json::Error,
    },
    #[error("the text of a {event_type} contains U+0000")]
    Nul { event_type: String },
    /// Unlike an unknown type it cannot be passed over: the fold would miss something that it is responsible for.
    #[error(
        "{event_type} is a version that this code does not know; the newest one that it knows is v{newest}"
    )]
    UnknownVersion { event_type: String, newest: usize },
    #[error("a {event_type} cannot be read as the newest version: {why}")]
    Upcast { event_type: String, why: String },
    /// A fold looks for it in its own subject, before it begins.
    #[error("a {event_type} counts only in its own subject {subject}")]
    Misplaced { event_type: String, subject: Subject },
}

/// The stored name of every event, in one place for both directions, the steps from its version 1 to the one that is
/// written today (`upcast.rs`), and what of it is handed on to consumers (`disclosure.rs`).
macro_rules! event_types {
    ($($base:literal $steps:expr, $disclosure:expr => $outer:ident($inner:ident::$variant:ident),)*) => {
        const TYPES: &[Type<Event>] = &[$(Type {
            history: History { base: $base, steps: &$steps },
            parse: |data| serde_json::from_slice(data).map(|data| Event::$outer($inner::$variant(data))),
            #[cfg(feature = "conformance")]
            fields: fields::of($inner::$variant),
        },)*];

        pub(crate) fn to_json(event: &Event) -> Result<Vec<u8>, serde_json::Error> {
            match event {
                $(Event::$outer($inner::$variant(data)) => serde_json::to_vec(data),)*
            }
        }

        pub(crate) fn disclosure(event: &Event) -> Disclosure {
            match event {
                $(Event::$outer($inner::$variant(_)) => $disclosure,)*
            }
        }

        /// Every type in its newest version, and what of it is handed on.
        pub(crate) fn disclosures() -> impl Iterator<Item = (String, Disclosure)> {
            let newest = |steps: &[Step]| steps.len() + 1;
            [$((format!("{}.v{}", $base, newest(&$steps)), $disclosure),)*].into_iter()
        }
    };
}

/// A line of the table. `E` is always [`Event`], except in tests, which have tables of their own.
struct Type<E> {
    history: History,
    /// Of the newest version's body.
    parse: fn(&[u8]) -> Result<E, serde_json::Error>,
    #[cfg(feature = "conformance")]
    fields: fields::Fields,
}

event_types! {
    "rookery.message.posted" [], PUBLIC => Message(MessageEvent::Posted),
    "rookery.message.edited" [], PUBLIC => Message(MessageEvent::Edited),
    "rookery.message.deleted" [], without(&["author", "deletedBy"]) => Message(MessageEvent::Deleted),
    "rookery.message.liked" [], PUBLIC => Reaction(ReactionEvent::Liked),
    "rookery.message.unliked" [], PUBLIC => Reaction(ReactionEvent::Unliked),
    "rookery.message.reposted" [], PUBLIC => Reaction(ReactionEvent::Reposted),
    "rookery.message.unreposted" [], PUBLIC => Reaction(ReactionEvent::Unreposted),
    "rookery.message.bookmarked" [], PRIVATE => Reaction(ReactionEvent::Bookmarked),
    "rookery.message.unbookmarked" [], PRIVATE => Reaction(ReactionEvent::Unbookmarked),
    "rookery.account.followed" [], PUBLIC => Graph(GraphEvent::Followed),
    "rookery.account.unfollowed" [], PUBLIC => Graph(GraphEvent::Unfollowed),
    "rookery.account.blocked" [], PRIVATE => Graph(GraphEvent::Blocked),
    "rookery.account.unblocked" [], PRIVATE => Graph(GraphEvent::Unblocked),
    "rookery.account.muted" [], PRIVATE => Graph(GraphEvent::Muted),
    "rookery.account.unmuted" [], PRIVATE => Graph(GraphEvent::Unmuted),
    "rookery.account.registered" [], PUBLIC => Account(AccountEvent::Registered),
    "rookery.account.profile-changed" [], PUBLIC => Account(AccountEvent::ProfileChanged),
    "rookery.account.deactivated" [], PUBLIC => Account(AccountEvent::Deactivated),
    "rookery.handle.claimed" [], PUBLIC => Handle(HandleEvent::Claimed),
    "rookery.handle.released" [], PUBLIC => Handle(HandleEvent::Released),
    "rookery.notifications.read" [], PRIVATE => Inbox(InboxEvent::NotificationsRead),
    "rookery.account.moderated" [], without(&["by", "operator", "note"]) => Moderation(ModerationEvent::Moderated),
    "rookery.account.roles-changed" [], without(&["by", "operator", "note"]) => Moderation(ModerationEvent::RolesChanged),
    "rookery.report.filed" [], PRIVATE => Report(ReportEvent::Filed),
    "rookery.report.resolved" [], PRIVATE => Report(ReportEvent::Resolved),
    "rookery.event.dropped" [], without(&["reason"]) => Projection(ProjectionEvent::EventsDropped),
}

/// Every type in every version that [`decode`] reads: tests hold examples of each against it.
#[cfg(feature = "conformance")]
pub fn event_types() -> Vec<String> {
    let versions = |history: &History| {
        let base = history.base;
        (1..=history.newest()).map(move |version| format!("{base}.v{version}"))
    };
    TYPES.iter().flat_map(|known| versions(&known.history)).collect()
}

/// The newest version of every type, with the names of all fields that its data may have: tests hold what is said of
/// fields against it.
#[cfg(feature = "conformance")]
pub fn event_fields() -> Vec<(String, &'static [&'static str])> {
    let newest = |known: &Type<Event>| {
        (format!("{}.v{}", known.history.base, known.history.newest()), (known.fields)())
    };
    TYPES.iter().map(newest).collect()
}

/// Type name with version, and JSON.
pub fn encode(event: &Event) -> Result<(String, Bytes), serde_json::Error> {
    Ok((event.type_name(), Bytes::from(to_json(event)?)))
}

pub fn decode(recorded: &RecordedEvent) -> Result<Decoded, DecodeError> {
    if let Some(headers) = &recorded.unreadable {
        return Err(DecodeError::Unreadable(headers.why));
    }
    let envelope = recorded.envelope.as_ref().ok_or(DecodeError::NoEnvelope)?;
    let event_type = &envelope.event_type;
    match read(TYPES, event_type, &recorded.data)? {
        None => Ok(Decoded::UnknownType(event_type.clone())),
        Some(event) if has_nul(&event) => Err(DecodeError::Nul { event_type: event_type.clone() }),
        Some(event) => match own_subject(recorded, &event) {
            Some(subject) => Err(DecodeError::Misplaced { event_type: event_type.clone(), subject }),
            None => Ok(Decoded::Known(event)),
        },
    }
}

/// Where an event should be that is not there, if that is what operators write: that counts in its own subject alone, and
/// who may write there may write nothing else.
fn own_subject(recorded: &RecordedEvent, event: &Event) -> Option<Subject> {
    let own = Subject::of(recorded.position.shard(), event);
    let is_there = Subject::is_of_operators(&recorded.subject);
    if !is_there && !matches!(event, Event::Projection(_) | Event::Moderation(_)) {
        return None;
    }
    (own.to_string() != recorded.subject).then_some(own)
}

/// The event that the data of a type, in any of its versions, means by the given table. `None`: the type is not in it.
fn read<E>(types: &[Type<E>], event_type: &str, data: &[u8]) -> Result<Option<E>, DecodeError> {
    let name = || event_type.to_owned();
    let malformed = |source| DecodeError::Data { event_type: name(), source };
    for Type { history, parse, .. } in types {
        return match history.sort(event_type) {
            Stored::Other => continue,
            Stored::Newest => parse(data).map(Some).map_err(malformed),
            Stored::Newer => {
                Err(DecodeError::UnknownVersion { event_type: name(), newest: history.newest() })
            }
            Stored::Older { steps_done } => {
                let body = serde_json::from_slice(data).map_err(malformed)?;
                let body = history
                    .upcast(steps_done, body)
                    .map_err(|why| DecodeError::Upcast { event_type: name(), why })?;
                // Keeps the words of the parser, which name a place in the upcast body.
                parse(&serde_json::to_vec(&body).map_err(malformed)?).map(Some).map_err(malformed)
            }
        };
    }
    Ok(None)
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
            let bio = event.bio.as_str();
            [event.handle.as_str(), event.display_name.as_str(), bio].iter().any(|text| text.contains('\0'))
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
        | Event::Inbox(_)
        | Event::Projection(_)
        // Their words have no control characters.
        | Event::Moderation(_)
        | Event::Report(_) => false,
    }
}

/// The event, as far as this version knows it. What the fold would make of it, too: an event that cannot be decoded
/// counts for nobody.
pub fn known(recorded: &RecordedEvent) -> Option<Event> {
    match decode(recorded) {
        Ok(Decoded::Known(event)) => Some(event),
        Ok(Decoded::UnknownType(_)) | Err(_) => None,
    }
}

#[cfg(test)]
mod tests;
