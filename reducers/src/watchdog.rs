//! Keeps analysts within their bounds: statements and transactions that take too long, too many connections, settings
//! and passwords that they changed for themselves. The database does it when it is called; this calls it.
//!
//! It keeps a connection of its own, so that it has one when all others are taken.

use std::time::Duration;

use data_set::analysts::{self, Restrained};
use data_set::{Pool, write};
use service_kit::Seldom;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// Between two looks: how much longer than its bound something may last.
const PERIOD: Duration = Duration::from_secs(1);
/// An analyst may be ended as often as it likes.
const LINE_PERIOD: Duration = Duration::from_secs(10);
/// It names no schema.
const SCHEMA: &str = "control";

pub(crate) struct Watchdog {
    pool: Pool,
    lines: Seldom,
    /// Whether the log says that nobody made it possible.
    is_missing: bool,
}

impl Watchdog {
    pub(crate) fn new(database_url: &str) -> anyhow::Result<Self> {
        let pool = write::connect(database_url, "rookery-reducers watchdog", SCHEMA)?;
        let pool = pool.with_statement_limit(write::PATIENCE_MIN);
        Ok(Self { pool, lines: Seldom::new(LINE_PERIOD), is_missing: false })
    }

    /// Runs until the token is cancelled.
    pub(crate) async fn run(mut self, token: CancellationToken) {
        let mut ticks = tokio::time::interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while token.run_until_cancelled(ticks.tick()).await.is_some() {
            match token.run_until_cancelled(analysts::restrain(&self.pool)).await {
                None => break,
                Some(Ok(Some(restrained))) => {
                    self.is_missing = false;
                    restrained.iter().for_each(|one| self.tell(one));
                }
                Some(Ok(None)) => {
                    if !std::mem::replace(&mut self.is_missing, true) {
                        tracing::info!("no logins of analysts were made here, so none are watched");
                    }
                }
                // The workers tell what is wrong with the database.
                Some(Err(error)) => tracing::debug!(%error, "analysts cannot be watched"),
            }
        }
    }

    fn tell(&self, Restrained { login, reason }: &Restrained) {
        metrics::counter!("reducer_analysts_restrained_total", "reason" => reason.clone()).increment(1);
        if let Some(held_back) = self.lines.due() {
            tracing::warn!(login, reason, held_back, "an analyst exceeded a bound, or changed its login");
        }
    }
}
