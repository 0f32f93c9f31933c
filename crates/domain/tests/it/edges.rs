//! The rules of follows, likes and reposts, and of what was read.

use domain::edge::{DesiredState, Edge};
use domain::graph::{
    ChangeBlock, ChangeFollow, ChangeMute, GraphRejection, change_block, change_follow, change_mute,
};
use domain::inbox::{InboxRejection, ReadNotifications, read_notifications};
use domain::reaction::{ChangeReaction, ReactionRejection, change_reaction, edge_after};
use domain::{
    AccountId, Blocked, Bookmarked, Followed, GraphEvent, InboxEvent, Liked, MessageId, Muted,
    NotificationsRead, OriginalTime, Position, ReactionEvent, ReactionKind, Reposted, Sequence, Shard,
    Unblocked, Unbookmarked, Unfollowed, Unliked, Unmuted, Unreposted,
};
use time::macros::datetime;

fn account(id: i64) -> AccountId {
    AccountId::from_i64(id).expect("the tests use positive ids")
}

fn message(id: &str) -> MessageId {
    id.parse().expect("the tests use good ids")
}

fn position(sequence: u64) -> Position {
    Position::new(Sequence::new(sequence).expect("it is small"), Shard(0))
}

fn follow() -> ChangeFollow {
    let (follower, followee) = (account(1), account(2));
    let (desired, edge) = (DesiredState::Set, Edge::Unknown);
    let (followee_exists, is_blocked, original_time) = (true, false, None);
    ChangeFollow { follower, followee, followee_exists, is_blocked, desired, edge, original_time }
}

#[test]
fn a_follow_is_an_event_unless_it_is_known_to_stand() {
    let (follower, followee) = (account(1), account(2));
    let followed = GraphEvent::Followed(Followed { follower, followee, original_time: None });
    for edge in [Edge::Unknown, Edge::Unset] {
        assert_eq!(change_follow(ChangeFollow { edge, ..follow() }), Ok(Some(followed.clone())));
    }
    assert_eq!(change_follow(ChangeFollow { edge: Edge::Set, ..follow() }), Ok(None));
}

#[test]
fn an_unfollow_is_an_event_unless_it_is_known_to_be_done() {
    let unfollow = ChangeFollow { desired: DesiredState::Unset, ..follow() };
    let unfollowed = GraphEvent::Unfollowed(Unfollowed {
        follower: account(1),
        followee: account(2),
        original_time: None,
    });
    for edge in [Edge::Unknown, Edge::Set] {
        assert_eq!(change_follow(ChangeFollow { edge, ..unfollow }), Ok(Some(unfollowed.clone())));
    }
    assert_eq!(change_follow(ChangeFollow { edge: Edge::Unset, ..unfollow }), Ok(None));
}

#[test]
fn nobody_follows_themselves_or_somebody_who_is_not_there() {
    for desired in [DesiredState::Set, DesiredState::Unset] {
        for edge in [Edge::Unknown, Edge::Set, Edge::Unset] {
            let missing = ChangeFollow { followee_exists: false, desired, edge, ..follow() };
            assert_eq!(change_follow(missing), Err(GraphRejection::AccountMustExist));
            for followee_exists in [true, false] {
                let own = ChangeFollow { followee: account(1), followee_exists, desired, edge, ..follow() };
                assert_eq!(change_follow(own), Err(GraphRejection::AccountMustNotFollowItself));
            }
        }
    }
}

#[test]
fn a_block_keeps_follows_and_reactions_away_but_not_their_end() {
    for edge in [Edge::Unknown, Edge::Set, Edge::Unset] {
        let apart = ChangeFollow { is_blocked: true, edge, ..follow() };
        assert_eq!(change_follow(apart), Err(GraphRejection::AccountMustNotBeBlocked));
        let end = ChangeFollow { desired: DesiredState::Unset, ..apart };
        assert!(change_follow(end).is_ok());
        for (kind, desired, _) in reactions() {
            let apart = ChangeReaction { is_blocked: true, ..reaction(kind, desired, edge) };
            let refused = Err(ReactionRejection::AccountMustNotBeBlocked);
            assert_eq!(change_reaction(apart) == refused, desired == DesiredState::Set);
        }
    }
}

#[test]
fn blocks_and_mutes_are_events_unless_they_are_known_to_stand() {
    let (one, other) = (account(1), account(2));
    let events = |desired| match desired {
        DesiredState::Set => (
            GraphEvent::Blocked(Blocked { blocker: one, blocked: other }),
            GraphEvent::Muted(Muted { muter: one, muted: other }),
        ),
        DesiredState::Unset => (
            GraphEvent::Unblocked(Unblocked { blocker: one, blocked: other }),
            GraphEvent::Unmuted(Unmuted { muter: one, muted: other }),
        ),
    };
    for desired in [DesiredState::Set, DesiredState::Unset] {
        for (exists, edge) in
            [(true, Edge::Set), (true, Edge::Unset), (true, Edge::Unknown), (false, Edge::Set)]
        {
            let block = ChangeBlock { blocker: one, blocked: other, blocked_exists: exists, desired, edge };
            let mute = ChangeMute { muter: one, muted: other, muted_exists: exists, desired, edge };
            let (blocked, muted) = events(desired);
            let expected = |event: GraphEvent| match (exists, desired) {
                (false, DesiredState::Set) => Err(GraphRejection::AccountMustExist),
                _ => Ok((!edge.is_as(desired)).then_some(event)),
            };
            assert_eq!(change_block(block), expected(blocked));
            assert_eq!(change_mute(mute), expected(muted));
            let own = ChangeBlock { blocked: one, ..block };
            assert_eq!(change_block(own), Err(GraphRejection::AccountMustNotBlockItself));
            let own = ChangeMute { muted: one, ..mute };
            assert_eq!(change_mute(own), Err(GraphRejection::AccountMustNotMuteItself));
        }
    }
}

fn reaction(kind: ReactionKind, desired: DesiredState, edge: Edge) -> ChangeReaction {
    let (account, message) = (account(1), message("256"));
    let (message_exists, is_blocked, original_time) = (true, false, None);
    ChangeReaction { kind, account, message, message_exists, is_blocked, desired, edge, original_time }
}

fn reactions() -> [(ReactionKind, DesiredState, ReactionEvent); 6] {
    let (account, message, original_time) = (account(1), message("256"), None);
    [
        (
            ReactionKind::Like,
            DesiredState::Set,
            ReactionEvent::Liked(Liked { account, message, original_time }),
        ),
        (
            ReactionKind::Like,
            DesiredState::Unset,
            ReactionEvent::Unliked(Unliked { account, message, original_time: None }),
        ),
        (
            ReactionKind::Repost,
            DesiredState::Set,
            ReactionEvent::Reposted(Reposted { account, message, original_time }),
        ),
        (
            ReactionKind::Repost,
            DesiredState::Unset,
            ReactionEvent::Unreposted(Unreposted { account, message, original_time: None }),
        ),
        (
            ReactionKind::Bookmark,
            DesiredState::Set,
            ReactionEvent::Bookmarked(Bookmarked { account, message, original_time }),
        ),
        (
            ReactionKind::Bookmark,
            DesiredState::Unset,
            ReactionEvent::Unbookmarked(Unbookmarked { account, message, original_time: None }),
        ),
    ]
}

#[test]
fn a_reaction_is_an_event_unless_it_is_known_to_stand() {
    for (kind, desired, event) in reactions() {
        let (as_desired, otherwise) = match desired {
            DesiredState::Set => (Edge::Set, Edge::Unset),
            DesiredState::Unset => (Edge::Unset, Edge::Set),
        };
        for edge in [Edge::Unknown, otherwise] {
            assert_eq!(change_reaction(reaction(kind, desired, edge)), Ok(Some(event.clone())));
        }
        assert_eq!(change_reaction(reaction(kind, desired, as_desired)), Ok(None));
    }
}

#[test]
fn an_imported_edge_keeps_its_original_time() {
    let time = datetime!(2019-01-01 0:00 UTC);
    let original_time = OriginalTime::parse(time, datetime!(2026-01-01 0:00 UTC), []).ok();
    let Ok(Some(GraphEvent::Followed(followed))) = change_follow(ChangeFollow { original_time, ..follow() })
    else {
        panic!("it was not followed")
    };
    assert_eq!(followed.original_time, Some(time));
    for kind in ReactionKind::ALL {
        let import = ChangeReaction { original_time, ..reaction(kind, DesiredState::Set, Edge::Unknown) };
        let kept = match change_reaction(import) {
            Ok(Some(ReactionEvent::Liked(event))) => event.original_time,
            Ok(Some(ReactionEvent::Reposted(event))) => event.original_time,
            Ok(Some(ReactionEvent::Bookmarked(event))) => event.original_time,
            other => panic!("unexpected: {other:?}"),
        };
        assert_eq!(kept, Some(time));
    }
}

#[test]
fn a_reaction_needs_a_message() {
    for (kind, desired, _event) in reactions() {
        for edge in [Edge::Unknown, Edge::Set, Edge::Unset] {
            let missing = ChangeReaction { message_exists: false, ..reaction(kind, desired, edge) };
            assert_eq!(change_reaction(missing), Err(ReactionRejection::MessageMustExist));
        }
    }
}

#[test]
fn an_event_tells_of_its_own_edge_alone() {
    for (kind, desired, event) in reactions() {
        let edge = Edge::of(desired == DesiredState::Set);
        assert_eq!(edge_after(&event, kind, message("256")), Some(edge));
        assert_eq!(edge_after(&event, kind, message("512")), None);
        for other in ReactionKind::ALL.into_iter().filter(|other| *other != kind) {
            assert_eq!(edge_after(&event, other, message("256")), None);
        }
    }
}

fn read(until: u64, before: Option<u64>) -> ReadNotifications {
    ReadNotifications {
        account: account(1),
        until: position(until),
        before: before.map(position),
        head: position(10),
    }
}

#[test]
fn a_mark_moves_forward_only() {
    let marked = |until| {
        let event = NotificationsRead { account: account(1), until: position(until) };
        Ok(Some(InboxEvent::NotificationsRead(event)))
    };
    assert_eq!(read_notifications(read(5, None)), marked(5));
    assert_eq!(read_notifications(read(5, Some(4))), marked(5));
    assert_eq!(read_notifications(read(10, Some(4))), marked(10));
    for before in [5, 6, 10] {
        assert_eq!(read_notifications(read(5, Some(before))), Ok(None));
    }
}

#[test]
fn a_mark_stays_within_the_log() {
    for before in [None, Some(3), Some(10)] {
        let beyond = read_notifications(read(11, before));
        assert_eq!(beyond, Err(InboxRejection::PositionMustBeReached));
    }
    let elsewhere = Position::new(Sequence::new(5).expect("it is small"), Shard(1));
    let elsewhere = ReadNotifications { until: elsewhere, ..read(5, None) };
    assert_eq!(read_notifications(elsewhere), Err(InboxRejection::PositionMustBeReached));
}
