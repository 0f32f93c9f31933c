use data_set::write::{EntryRow, FeedChanges, FeedSegment, FollowKey, FollowRow, RepostKey};
use proptest::prelude::*;

use super::*;
use crate::projections::feeds::fold::fold;

fn segments_of(changes: impl IntoIterator<Item = Change>) -> Vec<FeedSegment> {
    fold(changes)
}

fn posted(author: i64, position: i64) -> Change {
    Change::Posted(EntryRow { author, position, message: position })
}

fn reposted(author: i64, message: i64, position: i64) -> Change {
    Change::Reposted(EntryRow { author, position, message })
}

fn unreposted(author: i64, message: i64) -> Change {
    Change::Unreposted(RepostKey { author, message })
}

fn followed(follower: i64, followee: i64, position: i64) -> Change {
    Change::Followed(FollowRow { follower, followee, position })
}

fn unfollowed(follower: i64, followee: i64) -> Change {
    Change::Unfollowed(FollowKey { follower, followee })
}

#[test]
fn what_does_not_conflict_shares_a_segment() {
    let independent = [
        posted(1, 10),
        posted(1, 20),
        reposted(2, 10, 30),
        unreposted(2, 5),
        followed(1, 3, 40),
        followed(2, 3, 50),
        unfollowed(1, 4),
        posted(5, 60),
    ];
    assert_eq!(segments_of(independent).len(), 1);
    assert_eq!(segments_of([Change::Deleted(10), posted(1, 20), Change::Deleted(15)]).len(), 1);
    assert_eq!(segments_of([]), []);
}

#[test]
fn what_conflicts_does_not() {
    let conflicts = [
        [posted(1, 10), followed(2, 1, 20)],
        [followed(2, 1, 20), posted(1, 30)],
        [unfollowed(2, 1), posted(1, 30)],
        [reposted(1, 5, 10), unfollowed(2, 1)],
        [unreposted(1, 5), followed(2, 1, 20)],
        [followed(2, 1, 20), unfollowed(3, 1)],
        [unfollowed(2, 1), followed(2, 1, 20)],
        [reposted(1, 5, 10), unreposted(1, 5)],
        [unreposted(1, 5), reposted(1, 5, 10)],
        [posted(1, 10), Change::Deleted(10)],
        [Change::Deleted(5), reposted(1, 5, 10)],
        [Change::Deleted(5), followed(2, 1, 20)],
        [unfollowed(2, 1), Change::Deleted(5)],
        [posted(1, 10), Change::Deactivated(9)],
        [Change::Deactivated(9), posted(1, 10)],
        [followed(2, 1, 20), Change::Blocked(block(1, 2))],
        [Change::Unblocked(block(1, 2)), reposted(2, 5, 20)],
    ];
    for pair in conflicts {
        assert_eq!(segments_of(pair).len(), 2, "{pair:?}");
    }
}

#[test]
fn a_repetition_is_dropped() {
    let segments = segments_of([
        reposted(1, 5, 10),
        reposted(1, 5, 20),
        followed(2, 3, 30),
        followed(2, 3, 40),
        unfollowed(2, 4),
        unfollowed(2, 4),
    ]);
    let expected = FeedChanges {
        reposted: vec![EntryRow { author: 1, position: 10, message: 5 }],
        followed: vec![FollowRow { follower: 2, followee: 3, position: 30 }],
        unfollowed: vec![FollowKey { follower: 2, followee: 4 }],
        ..FeedChanges::default()
    };
    assert_eq!(segments, [FeedSegment::Changes(expected)]);
}

/// A change without its position, which is its place in the sequence.
fn some_change() -> impl Strategy<Value = (u8, i64, i64)> {
    (0..10_u8, 1..5_i64, 1..5_i64)
}

fn change((kind, a, b): (u8, i64, i64), position: i64) -> Change {
    match kind {
        0 | 1 => posted(a, position),
        2 => reposted(a, b, position),
        3 => unreposted(a, b),
        4 => Change::Deleted(b),
        5 => followed(a, b, position),
        6 => unfollowed(a, b),
        7 => Change::Blocked(block(a, b)),
        8 => Change::Unblocked(block(a, b)),
        _ => Change::Deactivated(a),
    }
}

fn block(blocker: i64, blocked: i64) -> BlockKey {
    BlockKey { blocker, blocked }
}

/// The changes of a segment in an order that has nothing to do with that of the log.
fn flatten(segment: &FeedSegment) -> Vec<Change> {
    match segment {
        FeedSegment::Block(key) => vec![Change::Blocked(*key)],
        FeedSegment::Unblock(key) => vec![Change::Unblocked(*key)],
        FeedSegment::Deactivation(account) => vec![Change::Deactivated(*account)],
        FeedSegment::Changes(changes) => (changes.unfollowed.iter().rev().copied().map(Change::Unfollowed))
            .chain(changes.followed.iter().rev().copied().map(Change::Followed))
            .chain(changes.reposted.iter().rev().copied().map(Change::Reposted))
            .chain(changes.posted.iter().rev().copied().map(Change::Posted))
            .chain(changes.unreposted.iter().rev().copied().map(Change::Unreposted))
            .chain(changes.deleted_messages.iter().rev().copied().map(Change::Deleted))
            .collect(),
    }
}

/// The same except for its position, which tells repetitions apart; posts are never repeated.
fn is_repetition(a: &Change, b: &Change) -> bool {
    match (a, b) {
        (Change::Reposted(a), Change::Reposted(b)) => (a.author, a.message) == (b.author, b.message),
        (Change::Followed(a), Change::Followed(b)) => (a.follower, a.followee) == (b.follower, b.followee),
        _ => a == b,
    }
}

proptest! {
    #[test]
    fn a_segment_is_one_in_any_order_and_holds_all_but_repetitions(
        drawn in prop::collection::vec(some_change(), 0..60),
    ) {
        let changes: Vec<Change> = drawn.into_iter().zip(100..).map(|(it, at)| change(it, at)).collect();
        let mut rest = changes.as_slice();
        for segment in segments_of(changes.iter().copied()) {
            let shuffled = flatten(&segment);
            prop_assert_eq!(segments_of(shuffled.iter().copied()).len(), 1, "{:?}", shuffled);
            // A segment is a stretch of the log: what it does not hold up to the next segment are repetitions.
            let is_of_it = |change: &&Change| shuffled.iter().any(|kept| is_repetition(kept, change));
            let count = match segment {
                FeedSegment::Block(_) | FeedSegment::Unblock(_) | FeedSegment::Deactivation(_) => 1,
                FeedSegment::Changes(_) => rest.iter().take_while(is_of_it).count(),
            };
            let (stretch, later) = rest.split_at(count);
            rest = later;
            for kept in &shuffled {
                prop_assert!(stretch.contains(kept), "{:?} is not in {:?}", kept, stretch);
            }
        }
        prop_assert_eq!(rest, &[]);
    }
}
