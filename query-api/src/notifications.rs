//! What others did to the caller.

pub(crate) mod list_notifications;

pub(crate) use list_notifications::list_notifications;
