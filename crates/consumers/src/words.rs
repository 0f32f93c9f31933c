//! What a deletion and a deactivation take away: texts and tags of messages, and profiles.
//!
//! The log keeps them for ever, and nothing that is served shows them. So an event with such words is left out once its
//! message was deleted or its account given up; the deletion is handed on, like everything that has no words.

use std::collections::HashSet;

use domain::{AccountEvent, AccountId, Event, MessageEvent, MessageId, Position};
use event_store::{
    Boundary, EventLog, LastChange, ReadError, RecordedEvent, Subject, known, last_change, last_changes,
};

/// Whose deletion takes the event's words away.
pub fn message(position: Position, event: &Event) -> Option<MessageId> {
    match event {
        Event::Message(MessageEvent::Posted(_)) => Some(MessageId::at(position)),
        Event::Message(MessageEvent::Edited(event)) => Some(event.message),
        _ => None,
    }
}

/// Whose deactivation does.
pub fn account(event: &Event) -> Option<AccountId> {
    match event {
        Event::Message(MessageEvent::Posted(event)) => Some(event.author),
        Event::Message(MessageEvent::Edited(event)) => Some(event.author),
        Event::Account(AccountEvent::Registered(event)) => Some(event.account),
        Event::Account(AccountEvent::ProfileChanged(event)) => Some(event.account),
        _ => None,
    }
}

pub async fn is_deleted(log: &dyn EventLog, message: MessageId) -> Result<bool, ReadError> {
    Ok(is_deletion(&last_change(log, message).await?))
}

pub async fn is_deactivated(log: &dyn EventLog, account: AccountId) -> Result<bool, ReadError> {
    Ok(log.last(subject(log, account)).await?.as_ref().is_some_and(is_deactivation))
}

/// Which of these messages were deleted.
pub async fn deleted(
    log: &dyn EventLog,
    messages: &HashSet<MessageId>,
) -> Result<HashSet<MessageId>, ReadError> {
    let messages: Vec<MessageId> = messages.iter().copied().collect();
    let changes = last_changes(log, &messages).await?;
    let deleted = messages.into_iter().zip(changes).filter(|(_, change)| is_deletion(change));
    Ok(deleted.map(|(message, _)| message).collect())
}

/// Which of these accounts were given up.
pub async fn deactivated(
    log: &dyn EventLog,
    accounts: &HashSet<AccountId>,
) -> Result<HashSet<AccountId>, ReadError> {
    let subjects: Vec<Subject> = accounts.iter().map(|account| subject(log, *account)).collect();
    let last = log.last_of_each(&subjects).await?;
    let is_given_up = |account: &AccountId| last.get(&subject(log, *account)).is_some_and(is_deactivation);
    Ok(accounts.iter().copied().filter(is_given_up).collect())
}

fn is_deletion(change: &LastChange) -> bool {
    matches!(change.last, Some((_, MessageEvent::Deleted(_))))
}

fn subject(log: &dyn EventLog, account: AccountId) -> Subject {
    Subject::new(log.shard(), Boundary::Account(account))
}

/// Of the last event in its subject: nothing follows it there.
fn is_deactivation(last: &RecordedEvent) -> bool {
    matches!(known(last), Some(Event::Account(AccountEvent::Deactivated(_))))
}
