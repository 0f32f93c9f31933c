//! What an event claims that nobody could decode. Its bytes are searched for ids, and it claims all that an event of its
//! type with these ids could. Whoever folds it at last compares: an event that turns out to claim more may have met
//! others that were folded in the meantime, and is refused.

use std::collections::BTreeSet;

use domain::{
    AccountDeactivated, AccountEvent, AccountId, AccountRegistered, Bio, DisplayName, Event, Followed,
    GraphEvent, Handle, InboxEvent, Liked, MessageDeleted, MessageEdited, MessageEvent, MessageId,
    MessagePosted, NotificationsRead, Position, ProfileChanged, ReactionEvent, Reposted, Tags, Text,
    Unfollowed, Unliked, Unreposted,
};
use event_store::{RecordedEvent, Subject};
use serde_json::Value;

use crate::projections::Claims;
use crate::projections::{Fold, KnownEvent};

/// Ids that are looked for. No event has nearly so many; somebody else's data might.
const IDS_MAX: usize = 16;
const POSTED: &str = "rookery.message.posted";

/// Of an event that cannot be decoded.
pub(crate) fn claims_of_bad(fold: &dyn Fold, recorded: &RecordedEvent) -> Claims {
    let owner = Subject::account_of(&recorded.subject);
    let mut ids = BTreeSet::new();
    if let Ok(data) = serde_json::from_slice(&recorded.data) {
        collect_ids(&data, &mut ids);
    }
    let kind = recorded.envelope.as_ref().map(|envelope| without_version(&envelope.event_type));
    let mut claims = parked_by(kind, recorded, owner);
    for event in could_be(owner, &ids) {
        if kind.is_none_or(|kind| without_version(&event.type_name()) == kind) {
            let position = recorded.position;
            claims.unite(fold.claims(&KnownEvent { position, recorded_at: recorded.recorded_at, event }));
        }
    }
    claims
}

/// Of an event that the database refuses: its own, and all of what it is about.
pub(crate) fn claims_of_refused(fold: &dyn Fold, known: &KnownEvent) -> Claims {
    let mut claims = fold.claims(known);
    match &known.event {
        Event::Message(MessageEvent::Posted(_)) => claims.add_hold("message", known.position),
        Event::Message(MessageEvent::Edited(event)) => claims.add_hold("message", event.message),
        Event::Message(MessageEvent::Deleted(event)) => claims.add_hold("message", event.message),
        Event::Account(AccountEvent::Registered(event)) => claims.add_hold("account", event.account),
        Event::Account(AccountEvent::ProfileChanged(event)) => claims.add_hold("account", event.account),
        Event::Account(AccountEvent::Deactivated(event)) => claims.add_hold("account", event.account),
        Event::Graph(GraphEvent::Followed(event)) => claims.add_hold("account", event.follower),
        Event::Graph(GraphEvent::Unfollowed(event)) => claims.add_hold("account", event.follower),
        Event::Reaction(ReactionEvent::Liked(event)) => claims.add_hold("account", event.account),
        Event::Reaction(ReactionEvent::Unliked(event)) => claims.add_hold("account", event.account),
        Event::Reaction(ReactionEvent::Reposted(event)) => claims.add_hold("account", event.account),
        Event::Reaction(ReactionEvent::Unreposted(event)) => claims.add_hold("account", event.account),
        Event::Inbox(InboxEvent::NotificationsRead(event)) => claims.add_hold("account", event.account),
        Event::Handle(_) | Event::Projection(_) => {}
    }
    claims
}

/// What is parked for it: the message that it posts, or the account, or the handle, that its subject is of.
fn parked_by(kind: Option<&str>, recorded: &RecordedEvent, owner: Option<AccountId>) -> Claims {
    let mut claims = Claims::default();
    if kind.is_none_or(|kind| kind == POSTED) {
        claims.add_hold("message", recorded.position);
    }
    if kind != Some(POSTED) {
        match (owner, recorded.subject.split('.').nth(2)) {
            (Some(account), _) => claims.add_hold("account", account),
            (None, Some("handle")) => {
                claims.add_hold("handle", recorded.subject.splitn(4, '.').last().unwrap_or_default());
            }
            (None, _) => claims.add_hold("subject", &recorded.subject),
        }
    }
    claims
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

/// Events with every choice of ids. Of two that claim the same one is enough.
fn could_be(owner: Option<AccountId>, ids: &BTreeSet<i64>) -> Vec<Event> {
    let accounts: Vec<AccountId> = ids.iter().filter_map(|id| AccountId::from_i64(*id)).collect();
    let messages: Vec<MessageId> =
        ids.iter().filter_map(|id| Position::from_i64(*id)).map(MessageId::at).collect();
    let mut events = Vec::new();
    for account in owner.into_iter().chain(accounts.iter().copied()) {
        events.extend(by(account));
        accounts.iter().for_each(|other| events.extend(between(account, *other)));
        messages.iter().for_each(|message| events.extend(about(account, *message)));
    }
    events
}

fn by(account: AccountId) -> impl Iterator<Item = Event> {
    let until = Position::ZERO;
    let posted = posted(account, None);
    // What they say is not looked at; these words are within the limits.
    let named = Handle::parse("a").ok().zip(DisplayName::parse("a").ok()).zip(Bio::parse("").ok());
    let profile = named.into_iter().flat_map(move |((handle, display_name), bio)| {
        let registered = AccountRegistered {
            account,
            handle: handle.clone(),
            display_name: display_name.clone(),
            bio: bio.clone(),
            original_time: None,
        };
        let changed = ProfileChanged { account, handle, display_name, bio, registered_at: None };
        [AccountEvent::Registered(registered).into(), AccountEvent::ProfileChanged(changed).into()]
    });
    let others: [Event; 2] = [
        AccountEvent::Deactivated(AccountDeactivated { account }).into(),
        InboxEvent::NotificationsRead(NotificationsRead { account, until }).into(),
    ];
    posted.into_iter().chain(profile).chain(others)
}

fn between(follower: AccountId, followee: AccountId) -> [Event; 2] {
    [
        GraphEvent::Followed(Followed { follower, followee, original_time: None }).into(),
        GraphEvent::Unfollowed(Unfollowed { follower, followee }).into(),
    ]
}

fn about(account: AccountId, message: MessageId) -> impl Iterator<Item = Event> {
    let deleted = MessageDeleted { message, author: account, deleted_by: account };
    let reactions: [Event; 5] = [
        MessageEvent::Deleted(deleted).into(),
        ReactionEvent::Liked(Liked { account, message, original_time: None }).into(),
        ReactionEvent::Unliked(Unliked { account, message }).into(),
        ReactionEvent::Reposted(Reposted { account, message, original_time: None }).into(),
        ReactionEvent::Unreposted(Unreposted { account, message }).into(),
    ];
    let edited = words().map(|(text, tags)| {
        MessageEvent::Edited(MessageEdited { message, author: account, edition: 2, text, tags }).into()
    });
    reactions.into_iter().chain(posted(account, Some(message))).chain(edited)
}

fn posted(author: AccountId, in_reply_to: Option<MessageId>) -> Option<Event> {
    let (text, tags) = words()?;
    Some(MessageEvent::Posted(MessagePosted { author, text, tags, in_reply_to, original_time: None }).into())
}

fn words() -> Option<(Text, Tags)> {
    Text::parse("a").ok().zip(Tags::parse([""; 0]).ok())
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
