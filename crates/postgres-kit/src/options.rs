//! How the server notices that a client is gone.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;

/// A vanished client's locks are free after so long at most: six seconds of silence, and three asks two seconds apart.
const VANISHED: [(&str, &str); 5] = [
    ("tcp_keepalives_idle", "6"),
    ("tcp_keepalives_interval", "2"),
    ("tcp_keepalives_count", "3"),
    // While an answer is on its way nothing is asked; this is for that time.
    ("tcp_user_timeout", "12s"),
    // A statement whose client has closed the connection is ended, not run to its end behind held locks.
    ("client_connection_check_interval", "2s"),
];
/// Of a client that is alive but does nothing between two statements of a transaction, such as a stopped process.
const IDLE_IN_TRANSACTION: Duration = Duration::from_secs(15);

/// What every connection asks of the server; the caller adds what is its own.
///
/// # Errors
/// When the URL is malformed.
pub fn options(url: &str, application_name: &str) -> Result<PgConnectOptions, sqlx::Error> {
    let idle = format!("{}ms", IDLE_IN_TRANSACTION.as_millis());
    Ok(PgConnectOptions::from_str(url)?
        .application_name(application_name)
        .options(VANISHED)
        .options([("idle_in_transaction_session_timeout", idle)]))
}
