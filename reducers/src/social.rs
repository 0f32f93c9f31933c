//! The projection `social`: accounts, messages, and what accounts do to messages and to each other. One lane and one
//! transaction for all of it, so that an answer never shows a message without its author or a count without its rows.

/// Its name in checkpoints, metrics and the API.
pub const NAME: &str = "social";
/// Version of its tables, and of the meaning of their rows.
pub const VERSION: i32 = 1;
