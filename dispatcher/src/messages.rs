//! Commands on messages, one file per operation.

pub(crate) mod delete_message;
pub(crate) mod edit_message;
pub(crate) mod parse;
pub(crate) mod post_message;

pub(crate) use delete_message::delete_message;
pub(crate) use edit_message::edit_message;
pub(crate) use post_message::post_message;
