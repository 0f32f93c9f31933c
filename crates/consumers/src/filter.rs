//! Which events a consumer wants. It sees of an event what the consumer sees, and no more.

use domain::{AccountEvent, AccountId, Event, HandleEvent, MessageEvent, Tag, Tags};

#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// With their versions; empty: all.
    pub types: Vec<String>,
    pub account: Option<AccountId>,
    pub tag: Option<Tag>,
}

impl Filter {
    pub fn lets(&self, event: &Event) -> bool {
        (self.types.is_empty() || self.types.contains(&event.type_name()))
            && self.account.is_none_or(|account| is_about(event, account))
            && self.tag.as_ref().is_none_or(|tag| has(event, tag))
    }
}

/// Whether an event names an account. A deletion does not say whose message it was, so it may be about any.
fn is_about(event: &Event, account: AccountId) -> bool {
    match event {
        Event::Message(MessageEvent::Posted(event)) => event.author == account,
        Event::Message(MessageEvent::Edited(event)) => event.author == account,
        Event::Message(MessageEvent::Deleted(_)) => true,
        Event::Graph(event) => {
            let (one, other) = event.accounts();
            one == account || other == account
        }
        Event::Reaction(event) => event.reaction().account == account,
        Event::Account(AccountEvent::Registered(event)) => event.account == account,
        Event::Account(AccountEvent::ProfileChanged(event)) => event.account == account,
        Event::Account(AccountEvent::Deactivated(event)) => event.account == account,
        Event::Handle(HandleEvent::Claimed(event)) => event.account == account,
        Event::Handle(HandleEvent::Released(event)) => event.account == account,
        Event::Moderation(event) => event.account() == account,
        Event::Inbox(_) | Event::Report(_) | Event::Projection(_) => false,
    }
}

/// Whether an event is about messages with a tag. What changes a message or takes it away does not say which tags it
/// had, so it may be about any: whoever keeps messages with a tag has to hear of it.
fn has(event: &Event, tag: &Tag) -> bool {
    match event {
        Event::Message(MessageEvent::Posted(event)) => are_tagged(&event.tags, tag),
        Event::Message(MessageEvent::Edited(_) | MessageEvent::Deleted(_))
        | Event::Account(AccountEvent::Deactivated(_)) => true,
        Event::Graph(_)
        | Event::Reaction(_)
        | Event::Account(AccountEvent::Registered(_) | AccountEvent::ProfileChanged(_))
        | Event::Handle(_)
        | Event::Moderation(_)
        | Event::Inbox(_)
        | Event::Report(_)
        | Event::Projection(_) => false,
    }
}

/// Tags in the log are folded by the rules of their time.
fn are_tagged(tags: &Tags, tag: &Tag) -> bool {
    let is_it = |known: &Tag| known == tag || Tag::parse(known.as_str()).is_ok_and(|known| known == *tag);
    tags.as_slice().iter().any(is_it)
}
