//! Rows as the API shows them.

use api_types::profiles::{AccountEntry, Author, Profile};
use data_set::read::{AccountRow, AuthorRow, ProfileRow};

pub(crate) fn author(row: AuthorRow) -> Author {
    Author { id: row.id.to_string(), handle: row.handle, display_name: row.display_name }
}

pub(crate) fn entry(row: AccountRow) -> AccountEntry {
    let Author { id, handle, display_name } = author(row.account);
    AccountEntry { id, handle, display_name, followed: row.followed }
}

pub(crate) fn entries(rows: Vec<AccountRow>) -> Vec<AccountEntry> {
    rows.into_iter().map(entry).collect()
}

pub(super) fn profile(row: ProfileRow) -> Profile {
    Profile {
        id: row.id.to_string(),
        handle: row.handle,
        display_name: row.display_name,
        bio: row.bio,
        registered_at: row.registered_at,
        followers: row.followers,
        following: row.following,
        messages: row.messages,
        followed: row.followed,
    }
}
