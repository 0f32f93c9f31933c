//! What clients were told, against what the log holds.

use std::collections::HashMap;

use domain::SHARD_BITS;

use super::log::Entry;
use crate::load::client::import_handle;
use crate::record::{Ack, Action, Intent, Operation, Outcome, ROLE, Reaction};

pub(super) type ByOperation<'a> = HashMap<usize, Vec<&'a Entry>>;

pub(super) fn by_operation(entries: &[Entry]) -> ByOperation<'_> {
    let mut found = ByOperation::new();
    for entry in entries {
        if let Some((operation, _)) = entry.caused_by {
            found.entry(operation).or_default().push(entry);
        }
    }
    found
}

fn at(entries: &[Entry], position: i64) -> Option<&Entry> {
    let index = usize::try_from(position >> SHARD_BITS).ok()?.checked_sub(1)?;
    entries.get(index)
}

/// Every ack names an event that is there and does what was asked.
pub(super) fn acked_are_there(
    operations: &[Operation],
    entries: &[Entry],
    by_operation: &ByOperation<'_>,
) -> Vec<String> {
    let mut found = Vec::new();
    for (number, operation) in operations.iter().enumerate() {
        let own = by_operation.get(&number).map_or(&[][..], Vec::as_slice);
        for one in &operation.tries {
            if let Outcome::Acked(ack) = &one.outcome
                && let Err(why) = honoured(operation, ack, own, entries)
            {
                found.push(format!("operation {number}, {:?}, {ack:?}: {why}", operation.intent));
            }
        }
    }
    found
}

fn honoured(operation: &Operation, ack: &Ack, own: &[&Entry], entries: &[Entry]) -> Result<(), String> {
    if ack.position == 0 && may_have_no_past(&operation.intent) {
        return Ok(());
    }
    let there = at(entries, ack.position);
    let there = there.ok_or_else(|| format!("the log has no event at {}", ack.position))?;
    let is_own = own.iter().any(|entry| entry.position == ack.position);
    let told = |what: &str| Err(format!("{what}; at {} is {there:?}", ack.position));
    match &operation.intent {
        Intent::Post { .. } if ack.id != Some(ack.position) => told("the id is not the position"),
        Intent::Post { .. } | Intent::Edit { .. } | Intent::Register { .. } | Intent::Import { .. }
            if !is_own =>
        {
            told("that is not its event")
        }
        Intent::Register { .. } if there.number("account") != ack.id => told("that is another account"),
        Intent::Import { texts, .. } if own.len() != events_of_import(operation, texts) => {
            Err(format!("an import of {} texts came to {} events", texts.len(), own.len()))
        }
        Intent::Delete { message } => {
            let deleted = |entry: &&Entry| {
                entry.kind() == "message.deleted" && entry.number("message") == Some(*message)
            };
            match entries.iter().find(deleted) {
                Some(entry) if entry.position <= ack.position => Ok(()),
                _ => told("the message is not deleted by then"),
            }
        }
        // One of two concurrent duplicates may find nothing to do, and the other, a little later, may find something.
        Intent::React { .. }
        | Intent::Follow { .. }
        | Intent::Block { .. }
        | Intent::Mute { .. }
        | Intent::Moderate { .. }
        | Intent::Role { .. }
            if !is_own && !needed_nothing(operation, there) =>
        {
            told("that is neither its event nor a reason to do nothing")
        }
        _ => Ok(()),
    }
}

/// What is taken back may never have been: then there is no event to name.
fn may_have_no_past(intent: &Intent) -> bool {
    matches!(
        intent,
        Intent::Block { is_set: false, .. }
            | Intent::Mute { is_set: false, .. }
            | Intent::Moderate { action: Action::Lift, .. }
            | Intent::Role { is_set: false, .. }
    )
}

/// Whether an event shows that all was already as intended: an event on the edge itself, or where it is to be
/// unset, the beginning of what it leads to; and of what moderators decide, the last decision.
fn needed_nothing(operation: &Operation, there: &Entry) -> bool {
    let is_unset = matches!(
        operation.intent,
        Intent::React { is_set: false, .. }
            | Intent::Follow { is_set: false, .. }
            | Intent::Mute { is_set: false, .. }
    );
    let begins = match &operation.intent {
        Intent::React { message, .. } => there.position == *message,
        Intent::Follow { account, .. } | Intent::Mute { account, .. } => {
            there.number("account") == Some(*account)
        }
        _ => false,
    };
    let was_decided = match &operation.intent {
        Intent::Moderate { account, action } => {
            there.number("account") == Some(*account) && action.level() == Some(level(there))
        }
        Intent::Role { account, is_set } => {
            there.number("account") == Some(*account) && has_role(there) == *is_set
        }
        _ => false,
    };
    fulfils(operation, there) || (is_unset && begins) || was_decided
}

/// Of an account's restriction, as a decision about it says; empty where there is none.
pub(super) fn level(decision: &Entry) -> &str {
    decision.data["restriction"]["level"].as_str().unwrap_or_default()
}

fn has_role(decision: &Entry) -> bool {
    decision.data["roles"].as_array().into_iter().flatten().any(|role| role == ROLE)
}

/// Whether an event is what an operation asked for.
fn fulfils(operation: &Operation, entry: &Entry) -> bool {
    let actor = Some(operation.actor);
    match &operation.intent {
        Intent::Register { handle } => match entry.kind() {
            "handle.claimed" | "account.registered" => entry.data["handle"] == handle.as_str(),
            _ => false,
        },
        Intent::Post { text, tag, in_reply_to } => {
            entry.kind() == "message.posted"
                && entry.number("author") == actor
                && entry.text() == text
                && entry.data["tags"][0] == tag.as_str()
                && entry.number("inReplyTo") == *in_reply_to
        }
        Intent::Edit { message, edition, text } => {
            let follows = edition.is_none_or(|seen| entry.data["edition"] == u64::from(seen) + 1);
            entry.kind() == "message.edited"
                && entry.number("message") == Some(*message)
                && entry.text() == text
                && follows
        }
        Intent::Delete { message } => {
            entry.kind() == "message.deleted" && entry.number("message") == Some(*message)
        }
        Intent::React { kind, message, is_set } => {
            let expected = match (kind, is_set) {
                (Reaction::Like, true) => "message.liked",
                (Reaction::Like, false) => "message.unliked",
                (Reaction::Repost, true) => "message.reposted",
                (Reaction::Repost, false) => "message.unreposted",
                (Reaction::Bookmark, true) => "message.bookmarked",
                (Reaction::Bookmark, false) => "message.unbookmarked",
            };
            entry.kind() == expected
                && entry.number("account") == actor
                && entry.number("message") == Some(*message)
        }
        Intent::Follow { account, is_set } => {
            let expected = if *is_set { "account.followed" } else { "account.unfollowed" };
            entry.kind() == expected
                && entry.number("follower") == actor
                && entry.number("followee") == Some(*account)
        }
        Intent::Block { account, is_set } => {
            entry.kind() == if *is_set { "account.blocked" } else { "account.unblocked" }
                && entry.number("blocker") == actor
                && entry.number("blocked") == Some(*account)
        }
        Intent::Mute { account, is_set } => {
            entry.kind() == if *is_set { "account.muted" } else { "account.unmuted" }
                && entry.number("muter") == actor
                && entry.number("muted") == Some(*account)
        }
        Intent::Moderate { account, action } => {
            entry.kind() == "account.moderated"
                && entry.number("account") == Some(*account)
                && entry.number("by") == actor
                && entry.data["action"] == action.word()
                && action.level().is_none_or(|wanted| wanted == level(entry))
        }
        Intent::Role { account, is_set } => {
            entry.kind() == "account.roles-changed"
                && entry.number("account") == Some(*account)
                && entry.number("by") == actor
                && has_role(entry) == *is_set
        }
        Intent::Import { texts, tag } => match entry.kind() {
            "message.posted" => {
                texts.iter().any(|text| text == entry.text())
                    && entry.data["tags"][0] == tag.as_str()
                    && entry.data["originalTime"].is_string()
            }
            "handle.claimed" => is_of_import(entry),
            "account.registered" => is_of_import(entry) && entry.data["originalTime"].is_string(),
            "account.followed" => entry.number("followee") == actor && entry.data["originalTime"].is_string(),
            "message.liked" | "message.reposted" | "message.bookmarked" => {
                entry.data["originalTime"].is_string()
            }
            _ => false,
        },
    }
}

/// With a key there is an account of two events, which follows, likes, reposts and bookmarks.
fn events_of_import(operation: &Operation, texts: &[String]) -> usize {
    texts.len() + if operation.key.is_some() { 6 } else { 0 }
}

fn is_of_import(entry: &Entry) -> bool {
    let handle = entry.caused_by.map(|(operation, _)| import_handle(operation));
    handle.as_deref() == entry.data["handle"].as_str()
}

/// Every event was asked for, and nobody was told that it would not be there.
pub(super) fn nothing_invented(operations: &[Operation], entries: &[Entry], foreign: &[i64]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in entries.iter().filter(|entry| !foreign.contains(&entry.position)) {
        let asked = entry.caused_by.and_then(|(operation, attempt)| {
            let operation = operations.get(operation)?;
            Some((operation, operation.tries.get(attempt)?))
        });
        match asked {
            None => found.push(format!("nobody asked for {entry:?}")),
            Some((operation, _)) if !fulfils(operation, entry) => {
                found.push(format!("{entry:?} is not what was asked for: {operation:?}"));
            }
            Some((operation, one)) => {
                if let Outcome::Rejected { status, code } = &one.outcome {
                    found.push(format!(
                        "{} at {}, but its caller was told {status} {code}: {operation:?}",
                        entry.kind(),
                        entry.position
                    ));
                }
            }
        }
    }
    found
}

/// An operation leaves at most the events of one try, however often it was tried.
pub(super) fn nothing_twice(operations: &[Operation], by_operation: &ByOperation<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for (number, own) in by_operation {
        let Some(operation) = operations.get(*number) else { continue };
        let most = match &operation.intent {
            Intent::Register { .. } => 2,
            Intent::Import { texts, .. } => events_of_import(operation, texts),
            _ => 1,
        };
        if own.len() > most {
            let positions: Vec<i64> = own.iter().map(|entry| entry.position).collect();
            found.push(format!("operation {number} left events at {positions:?}: {operation:?}"));
        }
    }
    found
}

/// No fault of ours makes a service answer 500.
pub(super) fn no_internal_error(operations: &[Operation]) -> Vec<String> {
    let is_internal = |outcome: &Outcome| matches!(outcome, Outcome::Rejected { status: 500, .. });
    let failed =
        operations.iter().filter(|operation| operation.tries.iter().any(|one| is_internal(&one.outcome)));
    failed.map(|operation| format!("{operation:?}")).collect()
}
