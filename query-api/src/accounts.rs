//! Accounts: how they are shown.

pub(crate) mod represent;
