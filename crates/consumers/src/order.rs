//! With whose events an event has an order, for those who do not take the order of the log.

use domain::{AccountEvent, AccountId, Event, HandleEvent, MessageEvent};

/// Of messages the author, also where somebody else deleted one: then what became of a message comes behind it. `None`:
/// those about no account are in an order of their own.
pub(crate) fn account(event: &Event) -> Option<AccountId> {
    match event {
        Event::Message(MessageEvent::Posted(event)) => Some(event.author),
        Event::Message(MessageEvent::Edited(event)) => Some(event.author),
        Event::Message(MessageEvent::Deleted(event)) => Some(event.author),
        Event::Graph(event) => Some(event.accounts().0),
        Event::Reaction(event) => Some(event.reaction().account),
        Event::Account(AccountEvent::Registered(event)) => Some(event.account),
        Event::Account(AccountEvent::ProfileChanged(event)) => Some(event.account),
        Event::Account(AccountEvent::Deactivated(event)) => Some(event.account),
        Event::Handle(HandleEvent::Claimed(event)) => Some(event.account),
        Event::Handle(HandleEvent::Released(event)) => Some(event.account),
        Event::Moderation(event) => Some(event.account()),
        Event::Inbox(_) | Event::Report(_) | Event::Projection(_) => None,
    }
}
