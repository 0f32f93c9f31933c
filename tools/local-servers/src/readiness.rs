//! Waiting until a server accepts clients, and saying why when it does not.

use std::fmt;
use std::time::Duration;

use anyhow::{Result, bail};
use tokio::time::Instant;

use crate::ChildProcess;

const POLL: Duration = Duration::from_millis(10);
const LOG_LINES_SHOWN: usize = 12;

/// The server ended before it accepted clients.
#[derive(Debug)]
pub struct DiedEarly {
    name: &'static str,
    status: String,
    log: String,
}

impl DiedEarly {
    /// Somebody else took the port between our look at it and the server's.
    pub(crate) fn port_was_taken(&self) -> bool {
        self.log.to_lowercase().contains("address already in use")
    }
}

impl fmt::Display for DiedEarly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ended with {} while starting; it said:\n{}",
            self.name,
            self.status,
            last_lines(&self.log)
        )
    }
}

impl std::error::Error for DiedEarly {}

/// Probes until it succeeds. The child's death and the end of `limit` are errors that show the child's last
/// words.
pub(crate) async fn wait_ready<F, Fut>(child: &ChildProcess, limit: Duration, probe: F) -> Result<()>
where
    F: Fn() -> Fut,
    Fut: Future<Output = Result<()>>,
{
    let deadline = Instant::now() + limit;
    loop {
        let state = probe().await;
        // Looked at after the probe: a stranger on our port may have answered it.
        if let Some(status) = child.exit_status() {
            let status = status.to_string();
            return Err(DiedEarly { name: child.name(), status, log: child.output() }.into());
        }
        let Err(refusal) = state else { return Ok(()) };
        if Instant::now() >= deadline {
            bail!(
                "{} did not accept clients within {limit:?} ({refusal:#}); {} ends with:\n{}",
                child.name(),
                child.log().display(),
                last_lines(&child.output())
            );
        }
        tokio::select! {
            () = child.exited() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

pub(crate) fn last_lines(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES_SHOWN)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_lines_of_a_short_log_are_all_of_it() {
        assert_eq!(last_lines("a\nb\n"), "a\nb");
        assert_eq!(last_lines(""), "");
    }
}
