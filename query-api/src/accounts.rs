//! Accounts: one of them, whom they follow and who follows them, and what they like.

pub(crate) mod get_account;
pub(crate) mod get_account_by_handle;
pub(crate) mod get_own_account;
pub(crate) mod list_followers;
pub(crate) mod list_following;
pub(crate) mod list_liked;
pub(crate) mod represent;

pub(crate) use get_account::get_account;
pub(crate) use get_account_by_handle::get_account_by_handle;
pub(crate) use get_own_account::get_own_account;
pub(crate) use list_followers::list_followers;
pub(crate) use list_following::list_following;
pub(crate) use list_liked::list_liked;
