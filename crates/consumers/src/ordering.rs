//! What keeps events in order: each is one account's, and a command gets those of an account one after the other.

use domain::{AccountEvent, Event, HandleEvent, MessageEvent};

/// The account whose event it is: who posted the message, who follows, who was moderated. 0 where it is nobody's.
pub(crate) fn account(event: &Event) -> i64 {
    let account = match event {
        Event::Message(MessageEvent::Posted(event)) => event.author,
        Event::Message(MessageEvent::Edited(event)) => event.author,
        Event::Message(MessageEvent::Deleted(event)) => event.author,
        Event::Graph(event) => event.accounts().0,
        Event::Reaction(event) => event.reaction().account,
        Event::Account(AccountEvent::Registered(event)) => event.account,
        Event::Account(AccountEvent::ProfileChanged(event)) => event.account,
        Event::Account(AccountEvent::Deactivated(event)) => event.account,
        Event::Handle(HandleEvent::Claimed(event)) => event.account,
        Event::Handle(HandleEvent::Released(event)) => event.account,
        Event::Moderation(event) => event.account(),
        Event::Inbox(_) | Event::Report(_) | Event::Projection(_) => return 0,
    };
    account.get()
}
