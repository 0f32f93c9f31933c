//! Home timelines, what is new in them, and what a single account showed. All are ordered by position.

mod cursor;
pub(crate) mod get_timeline;
pub(crate) mod get_updates;
pub(crate) mod list_account_items;
mod parameters;
mod represent;

pub(crate) use get_timeline::get_timeline;
pub(crate) use get_updates::get_updates;
pub(crate) use list_account_items::list_account_items;
