//! Verifies again and again, slowly, so that a difference is known before it does harm.

use std::num::NonZeroU32;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use service_kit::Chain;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use verifier::{Difference, Pace, Report, Scope, Verification};

const NAME: &str = "rookery-verify";
/// The first run does not wait for a whole period: with a period of a day and a restart every day there would be none.
const FIRST_AFTER_MAX: Duration = Duration::from_secs(60);
/// Events folded, and rows compared, per second: a few hundredths of what one processor does.
pub(crate) const RATE_DEFAULT: NonZeroU32 = match NonZeroU32::new(2_000) {
    Some(rate) => rate,
    None => NonZeroU32::MIN,
};

/// What is watched, and how.
#[derive(Debug)]
pub(crate) struct Watch {
    pub(crate) log_url: String,
    /// For somebody who may read all tables.
    pub(crate) data_set_url: String,
    /// From the begin of a run to the begin of the next.
    pub(crate) every: Duration,
    pub(crate) rate: NonZeroU32,
}

impl Watch {
    /// Until the token is cancelled. A run that fails is reported, and tried again with the next period.
    pub(crate) async fn run(&self, token: &CancellationToken) {
        let mut next = Instant::now() + self.every.min(FIRST_AFTER_MAX);
        while token.run_until_cancelled(tokio::time::sleep_until(next)).await.is_some() {
            let began = Instant::now();
            next = began + self.every;
            // On the heap: it holds the state of a handshake with the broker.
            let Some(looked) = token.run_until_cancelled(Box::pin(self.look())).await else { return };
            tell(&looked);
            metrics::gauge!("verify_duration_seconds").set(began.elapsed());
        }
    }

    async fn look(&self) -> Result<Report> {
        // Connections of its own, and only while they are needed.
        let log = event_store_open::open_log(&self.log_url, NAME).await.context("open the log")?;
        let pool = data_set::audit::connect(&self.data_set_url, NAME)?;
        let pace = Pace::PerSecond(self.rate);
        let report =
            verifier::verify(&Verification { pace, ..Verification::new(&*log, &pool, Scope::All) }).await;
        pool.close().await;
        Ok(report?)
    }
}

fn tell(looked: &Result<Report>) {
    let result = match looked {
        Ok(report) if report.is_sound() => "sound",
        Ok(_) => "different",
        Err(_) => "failed",
    };
    metrics::counter!("verify_runs_total", "result" => result).increment(1);
    match looked {
        Ok(report) => tell_report(report),
        Err(error) => {
            tracing::warn!(reason = %Chain(error.as_ref()), "the data set could not be compared with the log");
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float, and 2^53 rows are not reached")]
fn tell_report(report: &Report) {
    for found in &report.projections {
        let projection = found.projection;
        metrics::counter!("verify_rows_compared_total", "projection" => projection)
            .increment(found.compared());
        metrics::gauge!("verify_differences", "projection" => projection).set(found.differences() as f64);
        for table in found.tables.iter().filter(|table| table.differences() > 0) {
            let first = table.differences.first().map(|Difference { key, .. }| key.to_string());
            tracing::warn!(
                projection,
                table = table.table,
                rows = table.differences(),
                first = first.unwrap_or_default(),
                "the data set differs from the log; `rookery verify` shows the rows, `rookery verify --repair` mends them"
            );
        }
        if !found.unparked.is_empty() {
            tracing::warn!(
                projection,
                positions = ?found.unparked,
                "events of the log cannot be decoded and are not parked"
            );
        }
    }
    if report.is_sound() {
        tracing::info!("every row of the data set agrees with the log");
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        metrics::gauge!("verify_last_success_timestamp_seconds").set(now);
    }
}
