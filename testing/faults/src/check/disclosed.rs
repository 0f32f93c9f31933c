//! What consumers may see of an event, said once more, without any code of the workspace.

use std::collections::HashMap;

use serde_json::Value;

use super::log::Entry;

/// Fields of an event of the relay; nothing else of the envelope is handed on.
const FIELDS: [&str; 11] = [
    "data",
    "datacontenttype",
    "dataschema",
    "id",
    "position",
    "recordedtime",
    "source",
    "specversion",
    "subject",
    "time",
    "type",
];

/// Types of which consumers see something, with what they do not see of them.
const PUBLIC: [(&str, &[&str]); 16] = [
    ("message.posted", &[]),
    ("message.edited", &[]),
    ("message.deleted", &["author", "deletedBy"]),
    ("message.liked", &[]),
    ("message.unliked", &[]),
    ("message.reposted", &[]),
    ("message.unreposted", &[]),
    ("account.followed", &[]),
    ("account.unfollowed", &[]),
    ("account.registered", &[]),
    ("account.profile-changed", &[]),
    ("account.deactivated", &[]),
    ("handle.claimed", &[]),
    ("handle.released", &[]),
    ("account.moderated", &["by", "operator", "note"]),
    ("account.roles-changed", &["by", "operator", "note"]),
];

/// The events of a log, and which messages were deleted in the end.
pub(super) struct Disclosed<'a> {
    pub(super) by_position: HashMap<i64, &'a Entry>,
    deleted: HashMap<i64, i64>,
}

impl<'a> Disclosed<'a> {
    pub(super) fn of(entries: &'a [Entry]) -> Self {
        let deleted = entries.iter().filter(|entry| entry.kind() == "message.deleted");
        Self {
            by_position: entries.iter().map(|entry| (entry.position, entry)).collect(),
            deleted: deleted.filter_map(|entry| Some((entry.number("message")?, entry.position))).collect(),
        }
    }

    pub(super) fn is_public(entry: &Entry) -> bool {
        private_fields(entry).is_some()
    }

    /// Whether everybody who follows has to be sent it: words of a message that is deleted later may come or not.
    pub(super) fn is_due(&self, entry: &Entry) -> bool {
        Self::is_public(entry) && message_of(entry).is_none_or(|message| !self.deleted.contains_key(&message))
    }

    /// What is wrong with an event that the relay sent.
    pub(super) fn fault(&self, position: i64, sent: &Value) -> Option<String> {
        let Some(entry) = self.by_position.get(&position) else {
            return Some(format!("the log has no such event: {sent}"));
        };
        let Some(private) = private_fields(entry) else { return Some(format!("it is private: {sent}")) };
        let mut expected = entry.data.clone();
        if let Some(data) = expected.as_object_mut() {
            data.retain(|field, _| !private.contains(&field.as_str()));
        }
        let mut fields = sent.as_object().into_iter().flatten().map(|(field, _)| field.as_str());
        let is_right = sent["type"] == entry.event_type.as_str()
            && sent["subject"] == entry.subject.as_str()
            && sent["data"] == expected
            && fields.all(|field| FIELDS.contains(&field));
        (!is_right).then(|| format!("it is not what the log has: {sent}; expected {expected}"))
    }
}

fn private_fields(entry: &Entry) -> Option<&'static [&'static str]> {
    PUBLIC.iter().find(|(kind, _)| *kind == entry.kind()).map(|(_, fields)| *fields)
}

/// Whose words an event holds.
pub(super) fn message_of(entry: &Entry) -> Option<i64> {
    match entry.kind() {
        "message.posted" => Some(entry.position),
        "message.edited" => entry.number("message"),
        _ => None,
    }
}
