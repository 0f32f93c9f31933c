//! Cuts changes into runs: pieces that give the same rows applied as a whole as they would one by one.
//!
//! So the rows do not depend on how the log was cut into batches. Two changes may share a run unless one could meet the
//! other's rows:
//!
//! - What an author shows and who follows it: a new entry reaches the followers of its moment, a new follower sees the
//!   entries of its moment.
//! - A follow and an unfollow of one author, which may cross the limit to and fro.
//! - A message's deletion with anything else of that message, and with any follow: it takes the entries of whoever
//!   reposted the message, and who that is is not known here.
//! - A repost and its taking back, in either order.
//! - A deactivation with anything.
//!
//! The same change twice is no conflict: the second one changes nothing and is dropped. (Entries have keys of their own.)

use std::collections::{HashMap, HashSet};

use data_set::write::{EntryRow, FeedChanges, FeedSegment};

use super::change::Change;

/// Runs under construction.
#[derive(Debug, Default)]
pub(super) struct Runs {
    finished: Vec<FeedSegment>,
    changes: FeedChanges,
    met: Met,
}

/// What the changes of the run under construction touch.
#[derive(Debug, Default)]
struct Met {
    /// Authors whose entries change.
    authors: HashSet<i64>,
    /// Messages whose posts or reposts change.
    messages: HashSet<i64>,
    deleted: HashSet<i64>,
    /// By account and message, and whether they are there at the end of the run.
    reposts: HashMap<(i64, i64), bool>,
    /// Accounts that are followed, or followed no more, and which of the two.
    followees: HashMap<i64, bool>,
    /// By follower and followee.
    follows: HashSet<(i64, i64)>,
}

impl Runs {
    /// Takes the next change of the log.
    pub(super) fn push(&mut self, change: Change) {
        if let Change::Deactivated(account) = change {
            self.cut();
            self.finished.push(FeedSegment::Deactivation(account));
            return;
        }
        if self.met.conflicts_with(change) {
            self.cut();
        }
        if self.met.add(change) {
            self.keep(change);
        }
    }

    /// All runs, in order; none is empty.
    pub(super) fn finish(mut self) -> Vec<FeedSegment> {
        self.cut();
        self.finished
    }

    fn cut(&mut self) {
        let changes = std::mem::take(&mut self.changes);
        self.met = Met::default();
        if changes != FeedChanges::default() {
            self.finished.push(FeedSegment::Changes(changes));
        }
    }

    fn keep(&mut self, change: Change) {
        match change {
            Change::Posted(row) => self.changes.posted.push(row),
            Change::Reposted(row) => self.changes.reposted.push(row),
            Change::Unreposted(key) => self.changes.unreposted.push(key),
            Change::Deleted(message) => self.changes.deleted_messages.push(message),
            Change::Followed(row) => self.changes.followed.push(row),
            Change::Unfollowed(key) => self.changes.unfollowed.push(key),
            // It never gets here: it is a run of its own.
            Change::Deactivated(_) => {}
        }
    }
}

impl Met {
    fn conflicts_with(&self, change: Change) -> bool {
        match change {
            Change::Posted(EntryRow { author, message, .. }) => {
                self.followees.contains_key(&author) || self.deleted.contains(&message)
            }
            Change::Reposted(EntryRow { author, message, .. }) => {
                self.followees.contains_key(&author)
                    || self.deleted.contains(&message)
                    || self.reposts.get(&(author, message)) == Some(&false)
            }
            Change::Unreposted(key) => {
                self.followees.contains_key(&key.author)
                    || self.deleted.contains(&key.message)
                    || self.reposts.get(&(key.author, key.message)) == Some(&true)
            }
            Change::Deleted(message) => !self.followees.is_empty() || self.messages.contains(&message),
            Change::Followed(row) => self.blocks_follow(row.followee, true),
            Change::Unfollowed(key) => self.blocks_follow(key.followee, false),
            Change::Deactivated(_) => true,
        }
    }

    fn blocks_follow(&self, followee: i64, is_follow: bool) -> bool {
        !self.deleted.is_empty()
            || self.authors.contains(&followee)
            || self.followees.get(&followee) == Some(&!is_follow)
    }

    /// False for what the run holds already.
    fn add(&mut self, change: Change) -> bool {
        match change {
            Change::Posted(EntryRow { author, message, .. }) => {
                self.authors.insert(author);
                self.messages.insert(message)
            }
            Change::Reposted(EntryRow { author, message, .. }) => self.add_repost(author, message, true),
            Change::Unreposted(key) => self.add_repost(key.author, key.message, false),
            Change::Deleted(message) => self.deleted.insert(message),
            Change::Followed(row) => self.add_follow(row.follower, row.followee, true),
            Change::Unfollowed(key) => self.add_follow(key.follower, key.followee, false),
            Change::Deactivated(_) => false,
        }
    }

    fn add_repost(&mut self, author: i64, message: i64, is_there: bool) -> bool {
        self.authors.insert(author);
        self.messages.insert(message);
        self.reposts.insert((author, message), is_there).is_none()
    }

    fn add_follow(&mut self, follower: i64, followee: i64, is_follow: bool) -> bool {
        self.followees.insert(followee, is_follow);
        self.follows.insert((follower, followee))
    }
}

#[cfg(test)]
mod tests;
