//! The conflict keys of one event, as they are stored with it when it is parked.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use domain::Position;

use super::key::Key;
use super::key_index::Access;

/// The keys by their names, and what has to be looked up in the rows to know all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConflictKeys {
    keys: BTreeMap<String, Access>,
    /// Messages that it names and that were posted before: it depends on their authors.
    messages: BTreeSet<i64>,
    /// Messages that it may delete.
    pub(super) deleted: BTreeSet<i64>,
    /// Accounts that it may deactivate.
    pub(super) deactivated: BTreeSet<i64>,
    /// Where the event is in the log.
    pub(super) position: i64,
}

impl ConflictKeys {
    /// Of an event at a position, which has no keys yet.
    pub(super) fn at(position: Position) -> Self {
        Self { position: position.get(), ..Self::default() }
    }

    /// As they were stored.
    pub(crate) fn stored(exclusive: &[String], shared: &[String]) -> Self {
        let mut stored = Self::default();
        shared.iter().for_each(|name| stored.insert(name.clone(), Access::Shared));
        exclusive.iter().for_each(|name| stored.insert(name.clone(), Access::Exclusive));
        stored
    }

    /// Adds a key that the event itself tells, and takes down what has to be looked up because of it.
    pub(super) fn add(&mut self, key: &Key, access: Access) {
        self.add_found(key, access);
        match (key, access) {
            // A message that is posted later has no author yet.
            (Key::Message(message), Access::Shared) if *message < self.position => {
                self.messages.insert(*message);
            }
            (Key::Deletion(message), Access::Exclusive) => {
                self.deleted.insert(*message);
            }
            (Key::Account(account), Access::Exclusive) => {
                self.deactivated.insert(*account);
            }
            _ => {}
        }
    }

    /// Adds a key that was looked up, or because of which nothing has to be.
    pub(super) fn add_found(&mut self, key: &Key, access: Access) {
        self.insert(key.to_string(), access);
    }

    /// For an event that cannot be decoded, or that no row can hold: later events on this wait.
    pub(crate) fn block(&mut self, kind: &str, name: impl fmt::Display) {
        self.insert(format!("{kind}/{name}"), Access::Exclusive);
    }

    fn insert(&mut self, name: String, access: Access) {
        let known = self.keys.entry(name).or_insert(access);
        if access == Access::Exclusive {
            *known = access;
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        other.keys.into_iter().for_each(|(name, access)| self.insert(name, access));
        self.messages.extend(other.messages);
        self.deleted.extend(other.deleted);
        self.deactivated.extend(other.deactivated);
        self.position = self.position.max(other.position);
    }

    /// All messages whose authors have to be looked up.
    pub(crate) fn messages_of(all: &[Self]) -> Vec<i64> {
        all.iter().flat_map(|keys| keys.messages.iter().copied()).collect()
    }

    /// An event that names a message depends on whether its author is former. `authors` are pairs of message and
    /// author.
    pub(crate) fn add_authors(all: &mut [Self], authors: &[(i64, i64)]) {
        let authors: HashMap<i64, i64> = authors.iter().copied().collect();
        for keys in all {
            let found = keys.messages.iter().filter_map(|message| authors.get(message));
            let found: Vec<Key> = found.map(|author| Key::Account(*author)).collect();
            found.iter().for_each(|author| keys.add_found(author, Access::Shared));
        }
    }

    /// The event changes no rows.
    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether the event changes what is looked up for other events.
    pub(crate) fn changes_look_ups(&self) -> bool {
        !self.deleted.is_empty() || !self.deactivated.is_empty()
    }

    /// Whether it names a message that is one of these.
    pub(crate) fn names_one_of(&self, posted: &std::collections::HashSet<i64>) -> bool {
        self.messages.iter().any(|message| posted.contains(message))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Access)> {
        self.keys.iter().map(|(name, access)| (name.as_str(), *access))
    }

    pub(crate) fn names(&self, access: Access) -> impl Iterator<Item = &str> {
        self.iter().filter(move |(_, found)| *found == access).map(|(name, _)| name)
    }

    /// The first of its keys that the stored ones do not cover.
    pub(crate) fn beyond<'a>(&'a self, stored: &Self) -> Option<&'a str> {
        let more_than = |access| {
            move |name: &&str| match stored.keys.get(*name) {
                None => true,
                Some(known) => *known == Access::Shared && access == Access::Exclusive,
            }
        };
        let first = |access| self.names(access).find(more_than(access));
        first(Access::Exclusive).or_else(|| first(Access::Shared))
    }
}
