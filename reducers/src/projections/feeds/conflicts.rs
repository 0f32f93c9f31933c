//! Which events of `feeds` conflict: their keys, and what is added and excepted within one segment.
//!
//! - `Account`, `Message` and each edge: as in `social`; a block ends follows, too.
//! - `Deletion`: a message that is to be deleted gets no more reposts, because the deletion must know who shows it.
//! - `Audience`: the entries of an account come and go in any order, so they share this. A new follow uses it
//!   exclusively: what it brings into the feed depends on the entries that are there.
//! - `Followers`: every follow and unfollow uses it exclusively, because the number decides whether an account is
//!   merged.
//!
//! Whom a deletion or a deactivation is about is looked up: the accounts that reposted the messages that go, and those
//! that the account followed, in the rows and among the events that wait.

use std::collections::BTreeSet;

use data_set::write::{BlockKey, Step, WriteError};
use domain::{MessageId, Position, ReactionKind};

use super::change::Change;
use crate::projections::conflict_keys::ConflictKeys;
use crate::projections::key::Key;
use crate::projections::key_index::{Access, Kinds};
use crate::projections::segments::InSegment;
use Access::{Exclusive, Shared};

/// The keys of an event, as far as the event says so.
pub(super) fn keys(position: Position, change: Option<Change>) -> ConflictKeys {
    let mut keys = ConflictKeys::at(position);
    match change {
        // They deactivate nobody: what they are about stands in them.
        Some(change @ (Change::Blocked(_) | Change::Unblocked(_))) => {
            each_key(change, &mut |key, access| keys.add_found(&key, access));
        }
        Some(change) => each_key(change, &mut |key, access| keys.add(&key, access)),
        None => {}
    }
    keys
}

fn each_key(change: Change, uses: &mut impl FnMut(Key, Access)) {
    match change {
        Change::Posted(row) => {
            uses(Key::Message(row.message), Exclusive);
            uses(Key::Account(row.author), Shared);
            uses(Key::Audience(row.author), Shared);
        }
        Change::Reposted(row) => repost(row.author, row.message, uses),
        Change::Unreposted(key) => repost(key.author, key.message, uses),
        Change::Deleted(message) => {
            uses(Key::Message(message), Shared);
            uses(Key::Deletion(message), Exclusive);
            if let Some(id) = Position::from_i64(message) {
                uses(Key::EditsOf(MessageId::at(id)), Shared);
            }
        }
        Change::Followed(row) => {
            follow(row.follower, row.followee, uses);
            uses(Key::Audience(row.followee), Exclusive);
        }
        Change::Unfollowed(key) => follow(key.follower, key.followee, uses),
        Change::Blocked(key) => {
            block(key, uses);
            uses(Key::Followers(key.blocker), Exclusive);
            uses(Key::Followers(key.blocked), Exclusive);
        }
        Change::Unblocked(key) => block(key, uses),
        Change::Deactivated(account) => uses(Key::Account(account), Exclusive),
    }
}

fn repost(account: i64, message: i64, uses: &mut impl FnMut(Key, Access)) {
    uses(Key::Reaction(ReactionKind::Repost, account, message), Exclusive);
    uses(Key::Account(account), Shared);
    uses(Key::Audience(account), Shared);
    uses(Key::Message(message), Shared);
    uses(Key::Deletion(message), Shared);
}

/// With an account that it blocks it shares what both of them do to each other.
fn block(key: BlockKey, uses: &mut impl FnMut(Key, Access)) {
    uses(Key::Account(key.blocker), Exclusive);
    uses(Key::Account(key.blocked), Shared);
}

fn follow(follower: i64, followee: i64, uses: &mut impl FnMut(Key, Access)) {
    uses(Key::Follow(follower, followee), Exclusive);
    uses(Key::Account(follower), Shared);
    uses(Key::Account(followee), Shared);
    uses(Key::Followers(followee), Exclusive);
}

/// Keys in a segment only. Its changes are written in any order, and nothing is looked up: so a deletion meets what
/// every account shows, and an unfollow is kept apart from the followee's entries.
fn each_key_in_segment(change: Change, uses: &mut impl FnMut(Key, Access)) {
    match change {
        Change::Followed(_) => uses(Key::EveryAudience, Shared),
        Change::Unfollowed(key) => {
            uses(Key::Audience(key.followee), Exclusive);
            uses(Key::EveryAudience, Shared);
        }
        Change::Deleted(_) => uses(Key::EveryAudience, Exclusive),
        Change::Posted(_)
        | Change::Reposted(_)
        | Change::Unreposted(_)
        | Change::Blocked(_)
        | Change::Unblocked(_)
        | Change::Deactivated(_) => {}
    }
}

impl InSegment for Change {
    fn keys(&self, uses: &mut impl FnMut(Key, Access)) {
        each_key(*self, &mut |key, access| {
            // Only a deactivation and a block use the first one exclusively, and no change the second one.
            if !matches!(key, Key::Account(_) | Key::EditsOf(_)) {
                uses(key, access);
            }
        });
        each_key_in_segment(*self, uses);
    }

    fn kind(&self) -> Kinds {
        match self {
            Self::Posted(_) => POSTED,
            Self::Reposted(_) => REPOSTED,
            Self::Unreposted(_) => UNREPOSTED,
            Self::Deleted(_) => DELETED,
            Self::Followed(_) => FOLLOWED,
            Self::Unfollowed(_) => UNFOLLOWED,
            Self::Blocked(_) | Self::Unblocked(_) | Self::Deactivated(_) => 0,
        }
    }

    /// Changes of one kind never conflict: follows of one account are counted in their order, and of a repetition the
    /// first one stands. A message and its reposts do not, either: nobody reposts a message before it is posted, and
    /// posts are written first.
    fn excepted(&self) -> Kinds {
        self.kind()
            | match self {
                Self::Posted(_) => REPOSTED | UNREPOSTED,
                Self::Reposted(_) | Self::Unreposted(_) => POSTED,
                Self::Deleted(_)
                | Self::Followed(_)
                | Self::Unfollowed(_)
                | Self::Blocked(_)
                | Self::Unblocked(_)
                | Self::Deactivated(_) => 0,
            }
    }

    fn is_alone(&self) -> bool {
        matches!(self, Self::Blocked(_) | Self::Unblocked(_) | Self::Deactivated(_))
    }
}

const POSTED: Kinds = 1;
const REPOSTED: Kinds = 1 << 1;
const UNREPOSTED: Kinds = 1 << 2;
const DELETED: Kinds = 1 << 3;
const FOLLOWED: Kinds = 1 << 4;
const UNFOLLOWED: Kinds = 1 << 5;

/// Adds the authors of the messages that events name, and the accounts that deletions and deactivations are about. The
/// latter are looked up once for all of `keys`: such an event is looked up alone.
pub(super) async fn look_up(step: &mut Step, keys: &mut [ConflictKeys]) -> Result<(), WriteError> {
    let all = |ids: fn(&ConflictKeys) -> &BTreeSet<i64>| -> Vec<i64> {
        keys.iter().flat_map(|own| ids(own).iter().copied()).collect()
    };
    let (deleted, deactivated) = (all(|own| &own.deleted), all(|own| &own.deactivated));
    let named = ConflictKeys::messages_of(keys);
    if !named.is_empty() {
        let authors = step.feeds_authors(&named).await?;
        ConflictKeys::add_authors(keys, &authors);
    }
    if deleted.is_empty() && deactivated.is_empty() {
        return Ok(());
    }
    let audience = step.feeds_audience(&deleted, &deactivated).await?;
    for own in keys.iter_mut().filter(|own| own.changes_look_ups()) {
        audience.authors.iter().for_each(|account| own.add_found(&Key::Audience(*account), Shared));
        audience.followees.iter().for_each(|account| own.add_found(&Key::Followers(*account), Exclusive));
        inherit(step, own).await?;
    }
    Ok(())
}

/// Messages, reposts and follows that wait are not in the rows, but they will be when the event is folded. So the event
/// is about the accounts that these are about.
async fn inherit(step: &mut Step, own: &mut ConflictKeys) -> Result<(), WriteError> {
    let messages = own.deleted.iter().map(|message| Key::Deletion(*message));
    let accounts = own.deactivated.iter().map(|account| Key::Account(*account));
    let names: Vec<String> = messages.chain(accounts).map(|key| key.to_string()).collect();
    let mut found = step.keys_beside(&names, own.position).await?;
    let posted: Vec<i64> = own.deleted.iter().copied().collect();
    found.extend(step.parked_at(&posted).await?.into_iter().flat_map(|row| row.shared_keys));
    for name in &found {
        match Key::parse_of_followers(name) {
            Some(key @ Key::Audience(_)) => own.add_found(&key, Shared),
            Some(key @ Key::Followers(_)) => own.add_found(&key, Exclusive),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
