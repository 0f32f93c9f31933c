//! Why a query has no answer, sorted by who must act.

use std::error::Error as _;

/// A query failed. Nothing that a caller asks for can cause it; what a caller may get wrong has types of its own.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the data set cannot be reached")]
    Unreachable(#[source] sqlx::Error),
    #[error("the data set is overloaded or too slow")]
    TooSlow(#[source] sqlx::Error),
    #[error("the data set's schema is not the one that this program needs")]
    WrongSchema(#[source] sqlx::Error),
    #[error("the data set's answer cannot be read")]
    Failed(#[source] sqlx::Error),
}

impl ReadError {
    /// Whether the same query may succeed later without anybody changing this program.
    pub fn retryable(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::TooSlow(_) | Self::WrongSchema(_) => true,
            Self::Failed(_) => false,
        }
    }
}

impl From<sqlx::Error> for ReadError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unreachable(error),
            // The pool tries to connect until its time is up, so a server that is down looks like that.
            sqlx::Error::PoolTimedOut => Self::Unreachable(error),
            sqlx::Error::Protocol(_) => Self::Unreachable(error),
            sqlx::Error::Database(database) => {
                let code = database.code();
                match code.as_deref().unwrap_or_default() {
                    // query_canceled: the statement timeout.
                    "57014" => Self::TooSlow(error),
                    // A replica ended the query to go on replaying.
                    "40001" | "40P01" => Self::TooSlow(error),
                    // undefined_table, invalid_schema_name, undefined_column: migrations are still to come.
                    "42P01" | "3F000" | "42703" => Self::WrongSchema(error),
                    code if UNREACHABLE.iter().any(|class| code.starts_with(class)) => {
                        Self::Unreachable(error)
                    }
                    _ => Self::Failed(error),
                }
            }
            _ => Self::Failed(error),
        }
    }
}

/// Classes of SQLSTATE: connection exception, invalid authorization, invalid catalog name, insufficient resources,
/// operator intervention, system error.
const UNREACHABLE: [&str; 6] = ["08", "28", "3D", "53", "57", "58"];

/// Whether the connection itself broke, so that another one may do.
pub(super) fn connection_broke(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(database) => {
            // admin_shutdown, crash_shutdown
            matches!(database.code().as_deref(), Some("57P01" | "57P02"))
        }
        sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => {
            error.source().is_some_and(|source| source.is::<std::io::Error>())
        }
        _ => false,
    }
}
