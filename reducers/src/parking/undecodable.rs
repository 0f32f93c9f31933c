//! The conflict keys of an event that nobody could decode. Its bytes are searched for ids, and it gets all keys that an
//! event of its type with these ids could have. A later retry compares: an event that turns out to have more keys may
//! conflict with others that were folded in the meantime, and is refused.

use std::collections::BTreeSet;

use domain::{AccountEvent, AccountId, Event, HandleEvent, InboxEvent, MessageEvent, ProjectionEvent};
use event_store::{RecordedEvent, Subject};
use serde_json::Value;

use super::examples::examples;
use crate::projections::{ConflictKeys, Fold, KnownEvent};

/// Ids that are looked for. No event has nearly so many; foreign data might.
const IDS_MAX: usize = 16;
const POSTED: &str = "rookery.message.posted";

pub(crate) fn keys_of_undecodable(fold: &dyn Fold, recorded: &RecordedEvent) -> ConflictKeys {
    let owner = Subject::account_of(&recorded.subject);
    let mut ids = BTreeSet::new();
    if let Ok(data) = serde_json::from_slice(&recorded.data) {
        collect_ids(&data, &mut ids);
    }
    let kind = recorded.envelope.as_ref().map(|envelope| without_version(&envelope.event_type));
    let mut keys = blocked_by(kind, recorded, owner);
    for event in examples(owner, &ids) {
        if kind.is_none_or(|kind| without_version(&event.type_name()) == kind) {
            let position = recorded.position;
            keys.merge(fold.conflict_keys(&KnownEvent {
                position,
                recorded_at: recorded.recorded_at,
                event,
            }));
        }
    }
    keys
}

/// Of an event that the database refuses: its own, and all of what it is about.
pub(crate) fn keys_of_refused(fold: &dyn Fold, known: &KnownEvent) -> ConflictKeys {
    let mut keys = fold.conflict_keys(known);
    match &known.event {
        Event::Message(MessageEvent::Posted(_)) => keys.block("message", known.position),
        Event::Message(MessageEvent::Edited(event)) => keys.block("message", event.message),
        Event::Message(MessageEvent::Deleted(event)) => keys.block("message", event.message),
        Event::Account(AccountEvent::Registered(event)) => keys.block("account", event.account),
        Event::Account(AccountEvent::ProfileChanged(event)) => keys.block("account", event.account),
        Event::Account(AccountEvent::Deactivated(event)) => keys.block("account", event.account),
        Event::Graph(event) => keys.block("account", event.accounts().0),
        Event::Reaction(event) => keys.block("account", event.reaction().account),
        Event::Inbox(InboxEvent::NotificationsRead(event)) => keys.block("account", event.account),
        // They change no rows.
        Event::Handle(HandleEvent::Claimed(_) | HandleEvent::Released(_))
        | Event::Projection(ProjectionEvent::EventsDropped(_)) => {}
    }
    keys
}

/// What waits for it: the message that it posts, or the account, or the handle, of its subject.
fn blocked_by(kind: Option<&str>, recorded: &RecordedEvent, owner: Option<AccountId>) -> ConflictKeys {
    let mut keys = ConflictKeys::default();
    if kind.is_none_or(|kind| kind == POSTED) {
        keys.block("message", recorded.position);
    }
    if kind != Some(POSTED) {
        match (owner, recorded.subject.split('.').nth(2)) {
            (Some(account), _) => keys.block("account", account),
            (None, Some("handle")) => {
                keys.block("handle", recorded.subject.splitn(4, '.').last().unwrap_or_default());
            }
            (None, _) => keys.block("subject", &recorded.subject),
        }
    }
    keys
}

fn without_version(event_type: &str) -> &str {
    event_type.rsplit_once(".v").map_or(event_type, |(name, _)| name)
}

fn collect_ids(value: &Value, ids: &mut BTreeSet<i64>) {
    let id = match value {
        Value::Array(values) => return values.iter().for_each(|value| collect_ids(value, ids)),
        Value::Object(fields) => return fields.values().for_each(|value| collect_ids(value, ids)),
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.as_i64(),
        Value::Null | Value::Bool(_) => None,
    };
    if ids.len() < IDS_MAX {
        ids.extend(id.filter(|id| *id > 0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_wherever_they_stand() {
        let data = serde_json::json!({"a": "5", "b": [{"c": 7}, "-1", "x", null, 0]});
        let mut ids = BTreeSet::new();
        collect_ids(&data, &mut ids);
        assert_eq!(ids, BTreeSet::from([5, 7]));
    }
}
