//! The pool of a projection worker.

use std::time::Duration;

use postgres_kit::{Limits, Pool};

use crate::pool::UrlError;

/// A statement that takes longer is stuck; the worker starts over from its checkpoint.
const STATEMENT_TIMEOUT_MS: &str = "60000";
/// A worker's first patience with the server. A statement of a usual batch, or of a heartbeat, takes milliseconds, so
/// a server that says nothing for so long is most likely dead.
pub const PATIENCE_MIN: Duration = Duration::from_secs(8);
/// Behind `STATEMENT_TIMEOUT_MS`, so that a server that lives says it first.
pub const PATIENCE_MAX: Duration = Duration::from_secs(64);
const CHECK_OUT_MAX: Duration = Duration::from_secs(5);
/// One for the batch, one for the heartbeat.
const CONNECTIONS: u32 = 2;

/// A pool for one projection worker, whose statements mean the tables of that schema. Connects when first used.
///
/// The statements name no schema, so that they write any version of their projection; what steers the fold they name in
/// full. A schema that is gone makes them fail: there is no other place where they would look.
pub fn connect(url: &str, application: &str, schema: &str) -> Result<Pool, UrlError> {
    let options = postgres_kit::options(url, application).map_err(UrlError)?.options([
        ("search_path", schema),
        ("synchronous_commit", "off"),
        ("statement_timeout", STATEMENT_TIMEOUT_MS),
    ]);
    let limits = Limits { connections_max: CONNECTIONS, check_out: CHECK_OUT_MAX, statement: PATIENCE_MAX };
    Ok(Pool::new(options, limits))
}
