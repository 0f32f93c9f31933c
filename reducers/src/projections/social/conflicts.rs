//! What an event holds and touches in `social`. Two events that clash here may come to other rows in another order; `cut`
//! says what is true of a single run, and some of that does not hold across runs.
//!
//! - `account`: whether it is former. All that it does or is done to it touches this, and its deactivation holds it.
//! - `message`: whether it was posted. Everything that names it touches this.
//! - `deletion`: whether a message is deleted. Replies touch it, for their notifications outlast it; likes and edits leave
//!   nothing, before or behind it.
//! - `subject`: a bad event holds its own where no account or handle is known, and edits and deletions touch theirs.
//! - `text` of a message, `profile` of an account, and each edge: the order of their own events.

use data_set::write::{Step, WriteError};
use domain::{
    AccountEvent, Event, GraphEvent, HandleEvent, InboxEvent, MessageEvent, MessageId, Position,
    ReactionEvent, Token,
};

use crate::projections::Claims;
use crate::projections::KnownEvent;

pub(super) fn claims(known: &KnownEvent) -> Claims {
    let claims = Claims::default();
    match &known.event {
        Event::Account(event) => account(event),
        Event::Handle(HandleEvent::Claimed(event)) => {
            claims.hold("handle", Token::encode(event.handle.as_str()))
        }
        Event::Handle(HandleEvent::Released(event)) => {
            claims.hold("handle", Token::encode(event.handle.as_str()))
        }
        Event::Message(MessageEvent::Posted(event)) => {
            let own = claims.hold("message", known.position).touch("account", event.author);
            event.in_reply_to.into_iter().fold(own, |own, parent| {
                own.name_message(parent.get(), known.position).touch("deletion", parent)
            })
        }
        Event::Message(MessageEvent::Edited(event)) => claims
            .name_message(event.message.get(), known.position)
            .hold("text", event.message)
            .touch_edits_of(event.message)
            .touch("account", event.author),
        Event::Message(MessageEvent::Deleted(event)) => {
            let own = claims.name_message(event.message.get(), known.position).touch("account", event.author);
            own.hold("deletion", event.message).touch_edits_of(event.message)
        }
        Event::Graph(GraphEvent::Followed(event)) => edge("follow", event.follower, event.followee),
        Event::Graph(GraphEvent::Unfollowed(event)) => edge("follow", event.follower, event.followee),
        Event::Reaction(event) => reaction(event, known.position),
        Event::Inbox(InboxEvent::NotificationsRead(event)) => claims.touch("account", event.account),
        Event::Projection(_) => claims,
    }
}

fn account(event: &AccountEvent) -> Claims {
    let profile = |account| Claims::default().hold("profile", account).touch("account", account);
    match event {
        AccountEvent::Registered(event) => profile(event.account),
        AccountEvent::ProfileChanged(event) => profile(event.account),
        AccountEvent::Deactivated(event) => Claims::default().hold("account", event.account),
    }
}

fn edge(kind: &str, from: domain::AccountId, to: domain::AccountId) -> Claims {
    Claims::default().hold(kind, format_args!("{from}/{to}")).touch("account", from).touch("account", to)
}

fn reaction(event: &ReactionEvent, position: Position) -> Claims {
    let on = |kind: &str, account: domain::AccountId, message: MessageId| {
        let own = Claims::default().hold(kind, format_args!("{account}/{message}"));
        own.touch("account", account).name_message(message.get(), position)
    };
    match event {
        ReactionEvent::Liked(event) => on("like", event.account, event.message),
        ReactionEvent::Unliked(event) => on("like", event.account, event.message),
        ReactionEvent::Reposted(event) => on("repost", event.account, event.message),
        ReactionEvent::Unreposted(event) => on("repost", event.account, event.message),
    }
}

/// Who wrote the messages that are named.
pub(super) async fn complete(step: &mut Step, claims: &mut [Claims]) -> Result<(), WriteError> {
    let named: Vec<i64> = claims.iter().flat_map(|own| own.messages.iter().copied()).collect();
    if named.is_empty() {
        return Ok(());
    }
    let authors = step.social_authors(&named).await?;
    crate::parking::touch_authors(&authors, claims);
    Ok(())
}
