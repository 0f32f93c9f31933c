//! Commands on accounts, one file per operation.

pub(crate) mod change_profile;
mod credential;
pub(crate) mod deactivate_account;
pub(crate) mod draw;
pub(crate) mod parse;
pub(crate) mod register_account;

pub(crate) use change_profile::change_profile;
pub(crate) use deactivate_account::deactivate_account;
pub(crate) use register_account::register_account;
