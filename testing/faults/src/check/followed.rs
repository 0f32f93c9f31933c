//! What followers were sent, against what the log holds.

use std::collections::BTreeMap;

use super::disclosed::{Disclosed, message_of};
use super::log::Entry;
use crate::followers::{Followed, Received, Sent};

/// Where the last event is that a consumer has to be sent, and one who follows the stream.
pub(crate) fn ends(entries: &[Entry], moderated: i64) -> (i64, i64) {
    let disclosed = Disclosed::of(entries);
    let relay = entries.iter().rev().find(|entry| disclosed.is_due(entry));
    let authors = authors(entries);
    let stream = entries.iter().rev().find(|entry| is_due_in_stream(entry, &authors, moderated));
    (relay.map_or(0, |entry| entry.position), stream.map_or(0, |entry| entry.position))
}

/// Of messages, by id.
fn authors(entries: &[Entry]) -> BTreeMap<i64, i64> {
    let posted = entries.iter().filter(|entry| entry.kind() == "message.posted");
    posted.filter_map(|entry| Some((entry.position, entry.number("author")?))).collect()
}

/// The message that an event of the stream is about.
fn subject(entry: &Entry) -> Option<i64> {
    match entry.kind() {
        "message.deleted" => entry.number("message"),
        _ => message_of(entry),
    }
}

/// Whoever is suspended or silenced at that moment may be hidden.
fn is_due_in_stream(entry: &Entry, authors: &BTreeMap<i64, i64>, moderated: i64) -> bool {
    subject(entry).and_then(|message| authors.get(&message)).is_some_and(|author| *author != moderated)
}

pub(super) fn relay(entries: &[Entry], followed: &Followed) -> Vec<String> {
    let disclosed = Disclosed::of(entries);
    let mut found = out_of_order(&followed.relay);
    let due = entries.iter().filter(|entry| disclosed.is_due(entry));
    found.extend(missing(due, &followed.relay));
    found
}

pub(super) fn private(entries: &[Entry], followed: &Followed) -> Vec<String> {
    let disclosed = Disclosed::of(entries);
    let faults = followed.relay.events.iter().filter_map(|sent| {
        let fault = disclosed.fault(sent.position(), &sent.data)?;
        Some(format!("at {}: {fault}", sent.id))
    });
    faults.collect()
}

pub(super) fn stream(entries: &[Entry], moderated: i64, followed: &Followed) -> Vec<String> {
    let authors = authors(entries);
    let by_position: BTreeMap<i64, &Entry> = entries.iter().map(|entry| (entry.position, entry)).collect();
    let mut found = out_of_order(&followed.stream);
    let due = entries.iter().filter(|entry| is_due_in_stream(entry, &authors, moderated));
    found.extend(missing(due, &followed.stream));
    found.extend(followed.stream.events.iter().filter_map(|sent| {
        let entry = by_position.get(&sent.position());
        let is_right = entry.is_some_and(|entry| is_of(sent, entry, entries));
        (!is_right)
            .then(|| format!("at {} came {} {}, but there is {entry:?}", sent.id, sent.name, sent.data))
    }));
    found
}

/// Whether what came is about that event: the message as it is at any moment from then on.
fn is_of(sent: &Sent, entry: &Entry, entries: &[Entry]) -> bool {
    let Some(message) = subject(entry) else { return false };
    let is_about = sent.name == entry.kind() && sent.data["id"] == message.to_string().as_str();
    let Some(text) = sent.data["text"].as_str() else {
        let is_deletion = sent.name == "message.deleted" && sent.data["position"] == sent.id.as_str();
        return is_about && (is_deletion || sent.data["deleted"] == true);
    };
    let later = entries.iter().filter(|later| later.position >= entry.position);
    is_about && later.filter(|later| message_of(later) == Some(message)).any(|later| later.text() == text)
}

fn out_of_order(seen: &Received) -> Vec<String> {
    let pairs = seen.events.windows(2).filter_map(|pair| {
        let [one, next] = pair else { return None };
        (next.position() <= one.position()).then(|| format!("{} came behind {}", next.id, one.id))
    });
    pairs.collect()
}

fn missing<'a>(due: impl Iterator<Item = &'a Entry>, seen: &Received) -> Vec<String> {
    let sent: std::collections::BTreeSet<i64> = seen.events.iter().map(Sent::position).collect();
    let missing = due.filter(|entry| !sent.contains(&entry.position));
    missing.map(|entry| format!("{} at {} was never sent", entry.kind(), entry.position)).collect()
}
