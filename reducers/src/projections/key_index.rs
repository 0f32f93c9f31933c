//! The one rule by which two events conflict: they use the same key, and not both of them only share it.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

/// How an event uses a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Exclusive: no other event that uses the key may change places with it.
    Exclusive,
    /// It depends on it, as others do.
    Shared,
}

/// A set of kinds of events, one bit each.
pub(crate) type Kinds = u16;

/// Which keys some events use, and how.
#[derive(Debug, Clone)]
pub(crate) struct KeyIndex<K>(HashMap<K, Users>);

/// The kinds of the events that use a key.
#[derive(Debug, Clone, Copy, Default)]
struct Users {
    exclusive: Kinds,
    shared: Kinds,
}

impl<K> Default for KeyIndex<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash> KeyIndex<K> {
    pub(crate) fn add(&mut self, key: K, access: Access, kind: Kinds) {
        let users = self.0.entry(key).or_default();
        match access {
            Access::Exclusive => users.exclusive |= kind,
            Access::Shared => users.shared |= kind,
        }
    }

    /// The rule. Whether an event that uses a key conflicts with one of these, those of some kinds excepted.
    pub(crate) fn conflicts<Q>(&self, key: &Q, access: Access, excepted: Kinds) -> bool
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.0.get(key).is_some_and(|users| {
            let others = match access {
                Access::Exclusive => users.exclusive | users.shared,
                Access::Shared => users.exclusive,
            };
            others & !excepted != 0
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
