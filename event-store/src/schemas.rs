//! The schema of each type and version: what its body may be, for programs (JSON Schema 2020-12).
//!
//! `event-store/schemas` is where they are written; docs/asyncapi.yaml repeats them, and tests hold both against the
//! golden files. A field that consumers are not given is described and never required, so that one schema is right for
//! the log and for what is handed on. `schemas/released.txt` says what consumers rely on.

macro_rules! schemas {
    ($($event_type:literal)*) => {
        const SCHEMAS: &[(&str, &str)] =
            &[$(($event_type, include_str!(concat!("../schemas/", $event_type, ".json"))),)*];
    };
}

schemas! {
    "rookery.message.posted.v1"
    "rookery.message.edited.v1"
    "rookery.message.deleted.v1"
    "rookery.message.liked.v1"
    "rookery.message.unliked.v1"
    "rookery.message.reposted.v1"
    "rookery.message.unreposted.v1"
    "rookery.message.bookmarked.v1"
    "rookery.message.unbookmarked.v1"
    "rookery.account.followed.v1"
    "rookery.account.unfollowed.v1"
    "rookery.account.blocked.v1"
    "rookery.account.unblocked.v1"
    "rookery.account.muted.v1"
    "rookery.account.unmuted.v1"
    "rookery.account.registered.v1"
    "rookery.account.profile-changed.v1"
    "rookery.account.deactivated.v1"
    "rookery.handle.claimed.v1"
    "rookery.handle.released.v1"
    "rookery.notifications.read.v1"
    "rookery.account.moderated.v1"
    "rookery.account.roles-changed.v1"
    "rookery.report.filed.v1"
    "rookery.report.resolved.v1"
    "rookery.event.dropped.v1"
}

/// The schema of a type with its version, as JSON.
pub fn schema(event_type: &str) -> Option<&'static str> {
    schemas().find_map(|(known, schema)| (known == event_type).then_some(schema))
}

/// Every type with its version, and its schema.
pub fn schemas() -> impl Iterator<Item = (&'static str, &'static str)> {
    SCHEMAS.iter().copied()
}
