//! Commands on notifications, one file per operation.

pub(crate) mod mark_notifications_read;

pub(crate) use mark_notifications_read::mark_notifications_read;
