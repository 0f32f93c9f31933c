//! What of each event is handed on, field by field: a new one is here only once somebody decided about it.

use std::collections::BTreeSet;

use event_store::{Disclosed, disclose, disclosed_types, event_types, schema};
use serde_json::{Map, Value};

use crate::golden::examples;

/// Of each type and version: the fields that are handed on, and those that are not.
const DECIDED: &[(&str, &str, &str)] = &[
    ("rookery.message.posted.v1", "author text tags inReplyTo originalTime", ""),
    ("rookery.message.edited.v1", "message author edition text tags originalTime", ""),
    ("rookery.message.deleted.v1", "message originalTime", "author deletedBy"),
    ("rookery.message.liked.v1", "account message originalTime", ""),
    ("rookery.message.unliked.v1", "account message originalTime", ""),
    ("rookery.message.reposted.v1", "account message originalTime", ""),
    ("rookery.message.unreposted.v1", "account message originalTime", ""),
    ("rookery.message.bookmarked.v1", "", "account message originalTime"),
    ("rookery.message.unbookmarked.v1", "", "account message originalTime"),
    ("rookery.account.followed.v1", "follower followee originalTime", ""),
    ("rookery.account.unfollowed.v1", "follower followee originalTime", ""),
    ("rookery.account.blocked.v1", "", "blocker blocked"),
    ("rookery.account.unblocked.v1", "", "blocker blocked"),
    ("rookery.account.muted.v1", "", "muter muted"),
    ("rookery.account.unmuted.v1", "", "muter muted"),
    ("rookery.account.registered.v1", "account handle displayName bio originalTime", ""),
    ("rookery.account.profile-changed.v1", "account handle displayName bio registeredAt", ""),
    ("rookery.account.deactivated.v1", "account originalTime", ""),
    ("rookery.handle.claimed.v1", "handle account", ""),
    ("rookery.handle.released.v1", "handle account", ""),
    ("rookery.notifications.read.v1", "", "account until"),
    ("rookery.account.moderated.v1", "account action reason restriction roles", "by operator note"),
    ("rookery.account.roles-changed.v1", "account roles restriction", "by operator note"),
    ("rookery.report.filed.v1", "", "reporter account message reason comment day ofDay"),
    ("rookery.report.resolved.v1", "", "report by outcome note"),
    ("rookery.event.dropped.v1", "projection positions", "reason"),
];

fn words(text: &str) -> BTreeSet<&str> {
    text.split_whitespace().collect()
}

fn fields(body: &Value) -> BTreeSet<&str> {
    body.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn each_type_and_field_was_decided_about() {
    let types: Vec<&str> = DECIDED.iter().map(|(name, ..)| *name).collect();
    assert_eq!(event_types(), types);
    for (name, public, private) in DECIDED {
        let schema: Value = serde_json::from_str(schema(name).expect("it has a schema")).expect("JSON");
        let known: BTreeSet<&str> = words(public).union(&words(private)).copied().collect();
        assert_eq!(
            fields(&schema["properties"]),
            known,
            "{name}: decide about its fields, above and in codec.rs"
        );
        let required = schema["required"].as_array().expect("a list");
        let required: BTreeSet<&str> = required.iter().filter_map(Value::as_str).collect();
        let is_handed_on = !public.is_empty();
        assert!(
            !is_handed_on || required.is_disjoint(&words(private)),
            "{name}: consumers lack what it requires"
        );
    }
}

#[test]
fn nothing_else_is_handed_on() {
    let mut handed_on = BTreeSet::new();
    for (name, golden, event) in examples() {
        let (_, public, private) = DECIDED.iter().find(|(known, ..)| *known == name).expect("see above");
        let whole: Map<String, Value> = serde_json::from_str(golden).expect("an object");
        let Some(Disclosed { event_type, data }) = disclose(&event).expect("it has JSON") else {
            assert_eq!(*public, "", "{name} is handed on");
            continue;
        };
        assert_eq!(event_type, name);
        let data: Value = serde_json::from_str(&data).expect("JSON");
        let expected: Map<String, Value> =
            whole.into_iter().filter(|(field, _)| words(public).contains(field.as_str())).collect();
        assert_eq!(data, Value::Object(expected), "{name}, without {private}");
        handed_on.insert(name.to_owned());
    }
    assert_eq!(disclosed_types().collect::<BTreeSet<_>>(), handed_on);
}
