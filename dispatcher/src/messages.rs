//! Commands on messages, one file per operation.

pub(crate) mod delete_message;
pub(crate) mod edit_message;
pub(crate) mod import_messages;
mod parse;
pub(crate) mod post_message;

pub(crate) use delete_message::delete_message;
pub(crate) use edit_message::edit_message;
pub(crate) use import_messages::import_messages;
pub(crate) use post_message::post_message;
