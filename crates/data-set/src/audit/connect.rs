//! The connection of an auditor.

use std::time::Duration;

use postgres_kit::{Limits, Pool};

use crate::pool::UrlError;

/// An open transaction holds back the removal of dead rows and, while it repairs, the projection worker. So an auditor
/// who hangs is cut off.
const IDLE_IN_TRANSACTION_MAX: &str = "5min";
const STATEMENT_MAX: &str = "10min";
/// For sorting rows by key where no index is used.
const WORK_MEM: &str = "8MB";
const CHECK_OUT_MAX: Duration = Duration::from_secs(10);
/// Behind `STATEMENT_MAX`, so that a server that lives says it first.
const SILENCE_MAX: Duration = Duration::from_secs(610);

/// A pool of one connection that is in nobody's way. Connects when first used.
pub fn connect(url: &str, application: &str) -> Result<Pool, UrlError> {
    let options = postgres_kit::options(url, application).map_err(UrlError)?.options([
        ("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION_MAX),
        ("statement_timeout", STATEMENT_MAX),
        ("work_mem", WORK_MEM),
        ("jit", "off"),
        // In which times are printed.
        ("timezone", "UTC"),
    ]);
    Ok(Pool::new(options, Limits { connections_max: 1, check_out: CHECK_OUT_MAX, statement: SILENCE_MAX }))
}
