use domain::{
    AccountDeactivated, AccountId, Blocked, Followed, Liked, MessageDeleted, MessageEdited, MessageId,
    MessagePosted, Position, ReactionEvent, Tags, Text, Unblocked, Unfollowed, Unliked,
};
use proptest::prelude::*;
use time::OffsetDateTime;

use super::*;
use crate::projections::segments::into_segments;

fn account(number: i64) -> AccountId {
    AccountId::from_i64(number).expect("positive")
}

fn message(number: i64) -> MessageId {
    MessageId::at(Position::from_i64(number).expect("positive"))
}

fn posted(in_reply_to: Option<i64>) -> Event {
    let (text, in_reply_to) = (Text::parse("text").expect("a text"), in_reply_to.map(message));
    let (author, tags, original_time) = (account(1), Tags::default(), None);
    MessageEvent::Posted(MessagePosted { author, text, tags, in_reply_to, original_time }).into()
}

fn edited(number: i64) -> Event {
    let (message, author, text) = (message(number), account(1), Text::parse("text").expect("a text"));
    MessageEvent::Edited(MessageEdited {
        message,
        author,
        edition: 2,
        text,
        tags: Tags::default(),
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

fn unliked(number: i64) -> Event {
    ReactionEvent::Unliked(Unliked { account: account(2), message: message(number), original_time: None })
        .into()
}

fn followed(number: i64) -> Event {
    GraphEvent::Followed(Followed { follower: account(2), followee: account(number), original_time: None })
        .into()
}

fn unfollowed(number: i64) -> Event {
    GraphEvent::Unfollowed(Unfollowed {
        follower: account(2),
        followee: account(number),
        original_time: None,
    })
    .into()
}

fn blocked(number: i64) -> Event {
    GraphEvent::Blocked(Blocked { blocker: account(2), blocked: account(number) }).into()
}

fn unblocked(number: i64) -> Event {
    GraphEvent::Unblocked(Unblocked { blocker: account(2), blocked: account(number) }).into()
}

fn deactivated(number: i64) -> Event {
    AccountEvent::Deactivated(AccountDeactivated { account: account(number), original_time: None }).into()
}

fn known(events: Vec<Event>) -> Vec<KnownEvent> {
    let recorded_at = OffsetDateTime::UNIX_EPOCH;
    let known = |(number, event)| KnownEvent { position: message(number).position(), recorded_at, event };
    (100..).zip(events).map(known).collect()
}

fn lengths(events: Vec<Event>) -> Vec<usize> {
    into_segments(known(events).into_iter().map(HistoryEvent)).iter().map(Vec::len).collect()
}

#[test]
fn a_message_and_all_that_comes_before_its_end_share_a_segment() {
    let events = vec![
        posted(None),
        edited(100),
        liked(100),
        unliked(100),
        liked(100),
        posted(Some(100)),
        followed(3),
        unfollowed(3),
        deleted(100),
        deleted(100),
        posted(Some(100)),
    ];
    assert_eq!(lengths(events), [11]);
}

#[test]
fn what_is_said_about_a_message_behind_its_end_does_not() {
    for late in [edited(5), liked(5), unliked(5)] {
        assert_eq!(lengths(vec![deleted(5), late.clone()]), [1, 1], "{late:?}");
        assert_eq!(lengths(vec![late.clone(), deleted(5)]), [2], "{late:?}");
    }
    for alone in [blocked(3), unblocked(3), deactivated(3)] {
        assert_eq!(lengths(vec![liked(5), alone.clone(), liked(6)]), [1, 1, 1], "{alone:?}");
    }
}

#[test]
fn whatever_changes_places_with_a_deletion_waits_for_it() {
    for event in [edited(5), liked(5), unliked(5), deleted(5)] {
        let keys = keys(&known(vec![event.clone()])[0]);
        assert!(keys.iter().any(|(name, _)| name == "deletion/5"), "{event:?}: {keys:?}");
    }
}

fn any_event() -> impl Strategy<Value = Event> {
    (0..9_u8, 1..5_i64).prop_map(|(kind, number)| match kind {
        0 => posted((number > 2).then_some(number)),
        1 => edited(number),
        2 => deleted(number),
        3 => liked(number),
        4 => unliked(number),
        5 => followed(number),
        6 => unfollowed(number),
        7 => blocked(number),
        _ => deactivated(number),
    })
}

proptest! {
    #[test]
    fn segments_keep_the_order_and_no_deletion_stands_before_what_it_ends(
        events in prop::collection::vec(any_event(), 0..60),
    ) {
        let events: Vec<HistoryEvent> = known(events).into_iter().map(HistoryEvent).collect();
        let segments = into_segments(events.clone());
        prop_assert_eq!(segments.concat(), events);
        for segment in segments {
            let stage = |event: &HistoryEvent| Stage::of(&event.0.event);
            for (index, second) in segment.iter().enumerate() {
                for first in &segment[..index] {
                    let is_of_one_message = |of: &HistoryEvent| match &of.0.event {
                        Event::Message(MessageEvent::Deleted(event)) => Some(event.message.get()),
                        event => deletion_shared_by(event).map(|key| match key {
                            Key::Deletion(message) => message,
                            _ => 0,
                        }),
                    };
                    let (one, other) = (is_of_one_message(first), is_of_one_message(second));
                    prop_assert!(
                        stage(first) != Stage::Deletions || one != other || stage(second) == Stage::Deletions,
                        "{first:?} {second:?}"
                    );
                }
            }
        }
    }
}
