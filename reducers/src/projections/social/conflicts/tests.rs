use domain::{
    AccountDeactivated, AccountRegistered, DisplayName, Handle, Liked, MessageDeleted, MessageEdited,
    MessageId, MessagePosted, Position, ProfileChanged, ReactionEvent, Tags, Text,
};
use proptest::prelude::*;
use time::OffsetDateTime;

use super::*;
use crate::projections::key_index::KeyIndex;
use crate::projections::segments::into_segments;

fn account(number: i64) -> AccountId {
    AccountId::from_i64(number).expect("positive")
}

fn message(number: i64) -> MessageId {
    MessageId::at(Position::from_i64(number).expect("positive"))
}

fn text() -> Text {
    Text::parse("text").expect("a text")
}

fn posted(in_reply_to: Option<i64>) -> Event {
    let in_reply_to = in_reply_to.map(message);
    let tags = Tags::default();
    MessageEvent::Posted(MessagePosted {
        author: account(1),
        text: text(),
        tags,
        in_reply_to,
        original_time: None,
    })
    .into()
}

fn edited(number: i64) -> Event {
    let (message, author, tags) = (message(number), account(1), Tags::default());
    MessageEvent::Edited(MessageEdited {
        message,
        author,
        edition: 2,
        text: text(),
        tags,
        original_time: None,
    })
    .into()
}

fn deleted(number: i64) -> Event {
    let (message, author) = (message(number), account(1));
    MessageEvent::Deleted(MessageDeleted { message, author, deleted_by: author, original_time: None }).into()
}

fn liked(number: i64) -> Event {
    ReactionEvent::Liked(Liked { account: account(2), message: message(number), original_time: None }).into()
}

fn registered(number: i64) -> Event {
    let (handle, display_name) = (Handle::parse("somebody").expect("a handle"), DisplayName::default());
    AccountEvent::Registered(AccountRegistered {
        account: account(number),
        handle,
        display_name,
        bio: domain::Bio::default(),
        original_time: None,
    })
    .into()
}

fn changed(number: i64) -> Event {
    let (handle, display_name) = (Handle::parse("somebody").expect("a handle"), DisplayName::default());
    let bio = domain::Bio::default();
    AccountEvent::ProfileChanged(ProfileChanged {
        account: account(number),
        handle,
        display_name,
        bio,
        registered_at: None,
    })
    .into()
}

fn deactivated(number: i64) -> Event {
    AccountEvent::Deactivated(AccountDeactivated { account: account(number), original_time: None }).into()
}

fn known(events: Vec<Event>) -> Vec<KnownEvent> {
    let recorded_at = OffsetDateTime::UNIX_EPOCH;
    (100..)
        .zip(events)
        .map(|(number, event)| KnownEvent { position: message(number).position(), recorded_at, event })
        .collect()
}

fn lengths(events: Vec<Event>) -> Vec<usize> {
    into_segments(known(events)).iter().map(Vec::len).collect()
}

#[test]
fn what_does_not_conflict_is_one_segment() {
    let events = vec![
        registered(1),
        changed(1),
        changed(1),
        posted(None),
        liked(100),
        edited(100),
        posted(Some(7)),
        deleted(100),
        liked(100),
        edited(100),
        posted(Some(7)),
    ];
    assert_eq!(lengths(events), [11]);
    assert!(lengths(Vec::new()).is_empty());
}

#[test]
fn a_reply_does_not_come_before_an_earlier_deletion_of_what_it_answers() {
    assert_eq!(lengths(vec![deleted(7), posted(Some(7)), posted(Some(7))]), [1, 2]);
    assert_eq!(lengths(vec![posted(Some(7)), deleted(8), deleted(7)]), [3]);
    assert_eq!(lengths(vec![posted(Some(7)), deleted(7), posted(Some(7)), deleted(7)]), [2, 2]);
}

#[test]
fn a_registration_does_not_come_before_an_earlier_profile() {
    assert_eq!(lengths(vec![changed(1), registered(1)]), [1, 1]);
    assert_eq!(lengths(vec![changed(1), registered(2)]), [2]);
}

#[test]
fn a_deactivation_is_a_segment_alone() {
    assert_eq!(
        lengths(vec![deactivated(1), deactivated(2), posted(None), deactivated(3), posted(None)]),
        [1, 1, 1, 1, 1]
    );
}

/// The rules again, for two events in the order of the log.
fn may_share_a_segment(first: &Event, second: &Event) -> bool {
    let answers = |event: &Event| match event {
        Event::Message(MessageEvent::Posted(event)) => event.in_reply_to,
        _ => None,
    };
    let deletes = |event: &Event| match event {
        Event::Message(MessageEvent::Deleted(event)) => Some(event.message),
        _ => None,
    };
    let is_deactivation = |event: &Event| matches!(event, Event::Account(AccountEvent::Deactivated(_)));
    if is_deactivation(first) || is_deactivation(second) {
        return false;
    }
    if let (
        Event::Account(AccountEvent::ProfileChanged(first)),
        Event::Account(AccountEvent::Registered(second)),
    ) = (first, second)
    {
        return first.account != second.account;
    }
    deletes(first).is_none_or(|gone| answers(second) != Some(gone))
}

/// The rule with all keys, for two events in the order of the log.
fn is_kept_apart(first: &KnownEvent, second: &KnownEvent) -> bool {
    let mut keys = KeyIndex::default();
    each_key(first, &mut |key, access| keys.add(key, access, first.kind()));
    let mut conflicts = first.is_alone() || second.is_alone();
    each_key(second, &mut |key, access| conflicts |= keys.conflicts(&key, access, second.excepted()));
    conflicts
}

fn any_event() -> impl Strategy<Value = Event> {
    let number = 1..5_i64;
    prop_oneof![
        3 => prop::option::of(number.clone()).prop_map(posted),
        1 => number.clone().prop_map(edited),
        3 => number.clone().prop_map(deleted),
        2 => number.clone().prop_map(liked),
        1 => number.clone().prop_map(registered),
        1 => number.clone().prop_map(changed),
        1 => number.prop_map(deactivated),
    ]
}

proptest! {
    #[test]
    fn segments_are_the_events_in_order_cut_only_where_they_must(events in prop::collection::vec(any_event(), 0..60)) {
        let events = known(events);
        let segments = into_segments(events.clone());
        prop_assert_eq!(segments.concat(), events);
        for segment in &segments {
            for (index, second) in segment.iter().enumerate() {
                prop_assert!(segment[..index].iter().all(|first| may_share_a_segment(&first.event, &second.event)));
            }
        }
        for pair in segments.windows(2) {
            prop_assert!(!pair[0].iter().all(|first| may_share_a_segment(&first.event, &pair[1][0].event)));
        }
    }

    #[test]
    fn the_keys_that_segments_leave_out_keep_no_events_apart(first in any_event(), second in any_event()) {
        let pair = known(vec![first, second]);
        let is_cut = into_segments(pair.clone()).len() == 2;
        prop_assert_eq!(is_cut, is_kept_apart(&pair[0], &pair[1]));
    }
}
