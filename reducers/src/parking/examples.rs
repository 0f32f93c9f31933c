//! Events that one which cannot be decoded might be.

use std::collections::BTreeSet;

use domain::edge::DesiredState;
use domain::{
    AccountDeactivated, AccountEvent, AccountId, AccountRegistered, Bio, Blocked, DisplayName, Event,
    Followed, GraphEvent, Handle, InboxEvent, MessageDeleted, MessageEdited, MessageEvent, MessageId,
    MessagePosted, Moderated, ModerationAction, ModerationEvent, Muted, NotificationsRead, Outcome, Position,
    ProfileChanged, Reaction, ReactionEvent, ReactionKind, Reason, ReportEvent, ReportFiled, ReportResolved,
    RolesChanged, Tags, Text, Unblocked, Unfollowed, Unmuted,
};

/// Events of every type, with every choice of ids. Of two that always have the same keys one is enough.
pub(super) fn examples(owner: Option<AccountId>, ids: &BTreeSet<i64>) -> Vec<Event> {
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
    // Conflict keys do not depend on words; these are within the limits.
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
        AccountEvent::Deactivated(AccountDeactivated { account, original_time: None }).into(),
        InboxEvent::NotificationsRead(NotificationsRead { account, until }).into(),
    ];
    posted.into_iter().chain(profile).chain(others).chain(care(account))
}

fn care(account: AccountId) -> [Event; 3] {
    let (reason, by) = (Reason::Other, account);
    let moderated = Moderated {
        account,
        action: ModerationAction::Lift,
        reason,
        restriction: None,
        roles: Vec::new(),
        by,
        operator: None,
        note: None,
    };
    let changed =
        RolesChanged { account, roles: Vec::new(), restriction: None, by, operator: None, note: None };
    let filed =
        ReportFiled { reporter: account, account, message: None, reason, comment: None, day: 0, of_day: 1 };
    [
        ModerationEvent::Moderated(moderated).into(),
        ModerationEvent::RolesChanged(changed).into(),
        ReportEvent::Filed(filed).into(),
    ]
}

fn between(from: AccountId, to: AccountId) -> [Event; 6] {
    [
        GraphEvent::Followed(Followed { follower: from, followee: to, original_time: None }).into(),
        GraphEvent::Unfollowed(Unfollowed { follower: from, followee: to, original_time: None }).into(),
        GraphEvent::Blocked(Blocked { blocker: from, blocked: to }).into(),
        GraphEvent::Unblocked(Unblocked { blocker: from, blocked: to }).into(),
        GraphEvent::Muted(Muted { muter: from, muted: to }).into(),
        GraphEvent::Unmuted(Unmuted { muter: from, muted: to }).into(),
    ]
}

fn about(account: AccountId, message: MessageId) -> impl Iterator<Item = Event> {
    let deleted = MessageEvent::Deleted(MessageDeleted {
        message,
        author: account,
        deleted_by: account,
        original_time: None,
    });
    let reactions = ReactionKind::ALL.into_iter().flat_map(move |kind| {
        [DesiredState::Set, DesiredState::Unset].map(|desired| {
            let reaction = Reaction { kind, account, message, desired, original_time: None };
            ReactionEvent::from(reaction).into()
        })
    });
    let edited = words().map(|(text, tags)| {
        MessageEvent::Edited(MessageEdited {
            message,
            author: account,
            edition: 2,
            text,
            tags,
            original_time: None,
        })
        .into()
    });
    let report = message.position();
    let resolved = ReportResolved { report, by: account, outcome: Outcome::Acted, note: None };
    let both: [Event; 2] = [deleted.into(), ReportEvent::Resolved(resolved).into()];
    both.into_iter().chain(reactions).chain(posted(account, Some(message))).chain(edited)
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

    /// They have no ids in their data: their subjects are what they are about.
    const WITHOUT_IDS: [&str; 3] =
        ["rookery.handle.claimed.v1", "rookery.handle.released.v1", "rookery.event.dropped.v1"];

    #[test]
    fn there_is_an_example_of_every_event_of_the_codec() {
        let owner = AccountId::from_i64(1);
        let found: BTreeSet<String> =
            examples(owner, &BTreeSet::from([512])).iter().map(Event::type_name).collect();
        for event_type in event_store::event_types() {
            // Older versions are read as the newest one.
            let (name, _) = event_type.rsplit_once(".v").expect("a version");
            let is_there =
                found.iter().any(|found| found.rsplit_once(".v").is_some_and(|(own, _)| own == name));
            assert!(is_there != WITHOUT_IDS.contains(&event_type.as_str()), "{event_type}");
        }
    }
}
