//! The conflict keys of the events that a projection has parked. Only they are in memory; the events are in the table
//! and in the log.

use data_set::write::parked::{Keys, Parked};

use crate::projections::ConflictKeys;
use crate::projections::key_index::{Access, KeyIndex, Kinds};

/// Parked events are of one kind, and none is excepted.
const PARKED: Kinds = 1;
const NONE: Kinds = 0;

#[derive(Debug, Clone, Default)]
pub(crate) struct ParkedKeys(KeyIndex<String>);

impl ParkedKeys {
    pub(crate) fn stored(keys: &Keys) -> Self {
        let mut stored = Self::default();
        stored.add(&ConflictKeys::stored(&keys.exclusive, &keys.shared));
        stored
    }

    /// Nothing is parked, so nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first of its keys on which an event conflicts with a parked one, which it has to wait for.
    pub(crate) fn obstacle<'k>(&self, keys: &'k ConflictKeys) -> Option<&'k str> {
        let first = |access| keys.names(access).find(|name| self.0.conflicts(*name, access, NONE));
        first(Access::Exclusive).or_else(|| first(Access::Shared))
    }

    pub(crate) fn add(&mut self, keys: &ConflictKeys) {
        keys.iter().for_each(|(name, access)| self.0.add(name.to_owned(), access, PARKED));
    }
}

/// The keys that were stored with a parked event.
pub(super) fn keys_of(row: &Parked) -> ConflictKeys {
    ConflictKeys::stored(&row.exclusive_keys, &row.shared_keys)
}

/// Whether the later one of two parked events waits for the earlier one.
pub fn conflict(one: &Parked, other: &Parked) -> bool {
    let mut keys = ParkedKeys::default();
    keys.add(&keys_of(one));
    keys.obstacle(&keys_of(other)).is_some()
}
