//! What a deletion and a deactivation take away: texts and tags of messages, and profiles.
//!
//! The log keeps them for ever, and nothing that is served shows them. So an event with such words is left out once its
//! message was deleted or its account given up; the deletion is handed on, like everything that has no words.

use domain::{AccountEvent, AccountId, Event, MessageEvent, MessageId, Position};
use event_store::{Boundary, EventLog, ReadError, Subject, known, last_change};

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
    let change = last_change(log, message).await?;
    Ok(matches!(change.last, Some((_, MessageEvent::Deleted(_)))))
}

pub async fn is_deactivated(log: &dyn EventLog, account: AccountId) -> Result<bool, ReadError> {
    // Nothing follows it in its subject.
    let last = log.last(Subject::new(log.shard(), Boundary::Account(account))).await?;
    Ok(last.is_some_and(|last| matches!(known(&last), Some(Event::Account(AccountEvent::Deactivated(_))))))
}
