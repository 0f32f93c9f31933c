//! Pools of connections for readers.
//!
//! A reader's statement is always alone: no transaction spans two of them. A request that is cancelled between two
//! would leave its connection inside an open transaction and hand it to the next request like that.

use std::str::FromStr;
use std::time::Duration;

use postgres_kit::{Connection, Limits};
use sqlx::postgres::PgConnectOptions;

pub use postgres_kit::Pool;

/// How a pool behaves.
#[derive(Debug, Clone)]
pub struct PoolOptions {
    /// Shown in `pg_stat_activity`.
    pub application_name: String,
    pub connections_max: u32,
    /// Time to get a connection, a new one included.
    pub acquire_timeout: Duration,
    /// Time that the server gives one statement.
    pub statement_timeout: Duration,
}

/// How long to wait for the server's error after its own limit on a statement has passed.
const MARGIN: Duration = Duration::from_secs(1);
/// An operator's statement may sort or copy all that there is.
const OPERATOR_STATEMENT_LIMIT: Duration = Duration::from_secs(600);

/// What no reader needs at all: if it happens, a connection was left behind in a transaction.
const IDLE_IN_TRANSACTION_TIMEOUT: &str = "5s";

/// Every statement of `read` is written for one plan: ranges of indexes, nearest first, up to a limit. So the plan is
/// made once per connection, for any arguments, and independent of statistics; a table that was empty when the plan was
/// made and now holds a million rows must not be scanned until somebody analyses it.
const ONE_PLAN: [(&str, &str); 4] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_bitmapscan", "off"),
    ("jit", "off"),
];

impl PoolOptions {
    /// Options for a service that reads.
    pub fn reader(application_name: &str, connections_max: u32) -> Self {
        Self {
            application_name: application_name.to_owned(),
            connections_max,
            acquire_timeout: Duration::from_secs(2),
            statement_timeout: Duration::from_secs(5),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the database URL cannot be read")]
pub struct UrlError(#[source] pub(crate) sqlx::Error);

/// Whether an address can be read at all; nothing is connected.
pub fn is_acceptable(url: &str) -> bool {
    let has_scheme = ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
    has_scheme && PgConnectOptions::from_str(url).is_ok()
}

/// A pool for `read`. It connects when it is first used, so that a process starts while the server is down.
///
/// # Errors
/// When the URL is malformed.
pub fn connect(url: &str, options: &PoolOptions) -> Result<Pool, UrlError> {
    let statement_timeout = format!("{}ms", options.statement_timeout.as_millis());
    let connection = postgres_kit::options(url, &options.application_name)
        .map_err(UrlError)?
        .options([("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION_TIMEOUT)])
        .options([("statement_timeout", statement_timeout)])
        .options(ONE_PLAN);
    let limits = Limits {
        connections_max: options.connections_max,
        check_out: options.acquire_timeout,
        statement: options.statement_timeout + MARGIN,
    };
    Ok(Pool::new(connection, limits))
}

/// A connection for an operator's work, which belongs to nobody else.
pub(crate) async fn operator(url: &str) -> Result<Connection, sqlx::Error> {
    Connection::open(&postgres_kit::options(url, "rookery")?, OPERATOR_STATEMENT_LIMIT).await
}
