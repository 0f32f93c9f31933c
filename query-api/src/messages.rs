//! Messages: lists, counts, one of them, its editions, and what others made of it.

mod dates;
mod filter;
pub(crate) mod get_counts;
pub(crate) mod get_history;
pub(crate) mod get_message;
pub(crate) mod get_thread;
pub(crate) mod list_likes;
pub(crate) mod list_messages;
pub(crate) mod list_replies;
pub(crate) mod list_reposts;
pub(crate) mod represent;

pub(crate) use get_counts::get_counts;
pub(crate) use get_history::get_history;
pub(crate) use get_message::get_message;
pub(crate) use get_thread::get_thread;
pub(crate) use list_likes::list_likes;
pub(crate) use list_messages::list_messages;
pub(crate) use list_replies::list_replies;
pub(crate) use list_reposts::list_reposts;
