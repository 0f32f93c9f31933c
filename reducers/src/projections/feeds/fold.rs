//! From the events of a segment to its changes.

use std::collections::HashSet;

use data_set::write::{BlockKey, FeedChanges, FeedSegment};
use domain::ReactionKind;

use super::change::Change;
use crate::projections::key::Key;
use crate::projections::segments::into_segments;

/// The changes of a batch, by segments in the order of the log.
pub(super) fn fold(changes: impl IntoIterator<Item = Change>) -> Vec<FeedSegment> {
    into_segments(changes).into_iter().map(fold_segment).collect()
}

fn fold_segment(segment: Vec<Change>) -> FeedSegment {
    let mut changes = FeedChanges::default();
    let mut known = HashSet::new();
    for change in segment {
        // The first one of equal changes stands; the others change nothing.
        if !known.insert(identity(change)) {
            continue;
        }
        match change {
            Change::Posted(row) => changes.posted.push(row),
            Change::Reposted(row) => changes.reposted.push(row),
            Change::Unreposted(key) => changes.unreposted.push(key),
            Change::Deleted(message) => changes.deleted_messages.push(message),
            Change::Followed(row) => changes.followed.push(row),
            Change::Unfollowed(key) => changes.unfollowed.push(key),
            // These are alone in their segments.
            Change::Blocked(key) => return FeedSegment::Block(key),
            Change::Unblocked(key) => return FeedSegment::Unblock(key),
            Change::Deactivated(account) => return FeedSegment::Deactivation(account),
        }
    }
    FeedSegment::Changes(changes)
}

/// Equal for changes of one segment that do the same.
fn identity(change: Change) -> Key {
    match change {
        Change::Posted(row) => Key::Message(row.message),
        Change::Reposted(row) => Key::Reaction(ReactionKind::Repost, row.author, row.message),
        Change::Unreposted(key) => Key::Reaction(ReactionKind::Repost, key.author, key.message),
        Change::Deleted(message) => Key::Deletion(message),
        Change::Followed(row) => Key::Follow(row.follower, row.followee),
        Change::Unfollowed(key) => Key::Follow(key.follower, key.followee),
        Change::Blocked(BlockKey { blocker: account, .. })
        | Change::Unblocked(BlockKey { blocker: account, .. })
        | Change::Deactivated(account) => Key::Account(account),
    }
}
