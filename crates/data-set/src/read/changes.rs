//! What happened to messages, in the order of the log, for those who follow it.

mod accounts;
mod exceptions;
mod followers;
mod list_changes;
mod list_notices;
mod show_changed;

pub use accounts::{Avoidance, avoided_among, list_names};
pub use exceptions::{Exceptions, ExceptionsQuery, list_exceptions, look_up_exceptions};
pub use followers::{Following, followers_among};
pub use list_changes::{ChangeKey, ChangeKind, ChangeRow, Changes, changes_position, list_changes};
pub use list_notices::{NoticeKey, list_notices};
pub use show_changed::show_changed;
