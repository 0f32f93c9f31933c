//! Accounts and their profiles within one segment.

use std::collections::BTreeMap;

use data_set::write::{ProfileRow, RegisteredRow};
use domain::{AccountRegistered, ProfileChanged};
use time::OffsetDateTime;

use super::messages::whole_micros;

/// In the order of the key.
#[derive(Debug, Default)]
pub(super) struct AccountFold {
    registered: BTreeMap<i64, RegisteredRow>,
    profiles: BTreeMap<i64, ProfileRow>,
}

impl AccountFold {
    /// The first registration of an id stands.
    pub(super) fn registered(&mut self, recorded_at: OffsetDateTime, event: &AccountRegistered) {
        let id = event.account.get();
        self.registered.entry(id).or_insert_with(|| RegisteredRow {
            id,
            handle: event.handle.as_str().to_owned(),
            display_name: event.display_name.as_str().to_owned(),
            bio: event.bio.as_str().to_owned(),
            registered_at: whole_micros(event.original_time.unwrap_or(recorded_at)),
        });
    }

    /// An event holds the whole profile, so the last one stands.
    pub(super) fn changed(&mut self, event: &ProfileChanged) {
        let id = event.account.get();
        let row = ProfileRow {
            id,
            handle: event.handle.as_str().to_owned(),
            display_name: event.display_name.as_str().to_owned(),
            bio: event.bio.as_str().to_owned(),
        };
        self.profiles.insert(id, row);
    }

    pub(super) fn finish(self) -> (Vec<RegisteredRow>, Vec<ProfileRow>) {
        (self.registered.into_values().collect(), self.profiles.into_values().collect())
    }
}
