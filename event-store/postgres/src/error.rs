//! What a failure of the database means for the log.

use event_store::{Cause, OpenError, ReadError};

/// Codes of Postgres that tell a table that is not there, as before the first migration.
pub(crate) const UNDEFINED_TABLE: &str = "42P01";
const DISK_FULL: &str = "53100";

/// Classes and codes of Postgres (SQLSTATE) that say: not with these values, whenever it is tried.
const DEFINITE: [&str; 4] = [VALUE, CONSTRAINT, TOO_MUCH, NO_RIGHT];
/// Data that a column does not take.
const VALUE: &str = "22";
const CONSTRAINT: &str = "23";
/// Too large, or nested too deeply.
const TOO_MUCH: &str = "54";
const NO_RIGHT: &str = "42501";

pub(crate) enum Failure {
    /// The same statement with the same values fails again.
    Refused(String),
    /// The disk is full.
    Full(String),
    /// No connection, or a server that is about to end: another try may succeed.
    Passing(String),
}

pub(crate) fn classify(error: &sqlx::Error) -> Failure {
    let words = error.to_string();
    match error.as_database_error().and_then(sqlx::error::DatabaseError::code) {
        Some(code) if code == DISK_FULL => Failure::Full(words),
        Some(code) if DEFINITE.iter().any(|definite| code.starts_with(definite)) => Failure::Refused(words),
        Some(_) => Failure::Passing(words),
        // A value that cannot even be sent.
        None if matches!(error, sqlx::Error::Encode(_)) => Failure::Refused(words),
        None => Failure::Passing(words),
    }
}

pub(crate) fn unreadable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ReadError {
    ReadError::Unavailable(Cause::new(error))
}

pub(crate) fn unopened(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> OpenError {
    OpenError::Unavailable(Cause::new(error))
}
