//! Accounts as the statements that end in `show_accounts.sql` select them.

use super::message_row::AuthorRow;
use super::page::PositionKey;

/// An account in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    pub account: AuthorRow,
    /// By the caller.
    pub followed: bool,
}

/// Of a row of such a statement; there may be no account in it.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct AccountColumns {
    account: Option<i64>,
    handle: Option<String>,
    display_name: Option<String>,
    followed: bool,
    key_position: Option<i64>,
    /// From the caller.
    is_hidden: bool,
}

impl AccountColumns {
    /// With its place in the list; without an account where that is hidden from the caller.
    pub(super) fn into_placed(self) -> Option<(PositionKey, Option<AccountRow>)> {
        let key = PositionKey(self.key_position?);
        let Some(id) = self.account.filter(|_| !self.is_hidden) else { return Some((key, None)) };
        let account = AuthorRow { id, handle: self.handle, display_name: self.display_name };
        Some((key, Some(AccountRow { account, followed: self.followed })))
    }
}
