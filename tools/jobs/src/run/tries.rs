//! A window that was claimed, to its end: its tries, and the beats that say that its runner lives.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::{RunError, Runner};
use crate::child;
use crate::job::{Clock, Job};
use crate::ledger::{Entry, Lost, State, key};
use crate::schedule::Window;

/// Beats within a lease, and how many of them may be missed before the child is killed: in time before another runner
/// may take over.
const BEATS: u32 = 6;
const BEATS_MISSED_MAX: u32 = 4;
/// Between two tries of a window: doubled from one to the other.
const BACKOFF_MIN: Duration = Duration::from_secs(1);
const BACKOFF_MAX: Duration = Duration::from_secs(60);
/// Between two tries to write to the ledger. They end with the lease.
const WRITE_PAUSE: Duration = Duration::from_millis(200);
/// For the last write of a runner that ends.
const FREE_LIMIT: Duration = Duration::from_secs(2);

impl Runner {
    /// Runs a window that was claimed, until it is over or the claim is lost. `began`: before the claim.
    pub(super) async fn run(&self, job: &Job, entry: Entry, began: Instant) -> Result<Entry, RunError> {
        let window = Window { start: entry.start, end: entry.end };
        let running = metrics::gauge!("jobs_running", "job" => job.name.clone());
        running.set(1.0);
        let ended = tokio::select! {
            ended = self.tries(job, entry.clone()) => ended.map_err(|Lost| RunError::TakenOver(window)),
            lost = self.beat(job, &entry, began) => {
                metrics::counter!("jobs_claims_lost_total", "job" => job.name.clone()).increment(1);
                Err(lost.map_or(RunError::OutOfReach(window), |Lost| RunError::TakenOver(window)))
            }
            () = self.stop.cancelled() => {
                let free = self.ledger.update(&job.name, &entry, |entry| {
                    entry.free();
                    // The try that was cut short was nobody's fault.
                    entry.tries = entry.tries.saturating_sub(1);
                });
                // Else its lease runs out.
                tokio::time::timeout(FREE_LIMIT, free).await.ok();
                Err(RunError::Stopped)
            }
        };
        running.set(0.0);
        ended
    }

    /// Ends when the claim is lost, or may be soon: `None`.
    async fn beat(&self, job: &Job, entry: &Entry, began: Instant) -> Option<Lost> {
        let period = self.settings.lease / BEATS;
        let mut deadline = tokio::time::Instant::from_std(began) + period * BEATS_MISSED_MAX;
        loop {
            let next = tokio::time::Instant::now() + period;
            tokio::time::sleep_until(next.min(deadline)).await;
            let now = tokio::time::Instant::now();
            if now >= deadline {
                return None;
            }
            let beat = self.ledger.update(&job.name, entry, |entry| entry.beat += 1);
            match tokio::time::timeout_at(deadline, beat).await {
                Ok(Ok(Ok(_))) => deadline = now + period * BEATS_MISSED_MAX,
                Ok(Ok(Err(lost))) => return Some(lost),
                Err(_) => return None,
                Ok(Err(error)) => tracing::warn!(job.name, %error, "a beat was not written"),
            }
        }
    }

    async fn tries(&self, job: &Job, mut entry: Entry) -> Result<Entry, Lost> {
        while entry.tries < job.tries {
            if entry.tries > 0 {
                let doubled = BACKOFF_MIN.saturating_mul(1 << (entry.tries - 1).min(16));
                tokio::time::sleep(doubled.min(BACKOFF_MAX)).await;
            }
            entry = self.write(job, &entry, |entry| entry.tries += 1).await?;
            tracing::info!(job.name, window = %entry.start, r#try = entry.tries, "a try begins");
            let env = [&self.settings.env, &environment(job, &entry)[..]].concat();
            let (outcome, output) = child::run(&job.command, &env, &[], job.timeout).await;
            let succeeded = outcome.is_success();
            if succeeded {
                tracing::info!(job.name, window = %entry.start, r#try = entry.tries, %outcome, "a try ended");
            } else {
                tracing::warn!(job.name, window = %entry.start, r#try = entry.tries, %outcome, "a try failed");
            }
            entry = self
                .write(job, &entry, move |entry| {
                    (entry.outcome, entry.output) = (Some(outcome.clone()), output.clone());
                    if succeeded {
                        (entry.state, entry.ended_at) = (State::Succeeded, Some(Timestamp::now()));
                    }
                })
                .await?;
            if succeeded {
                count(job, State::Succeeded);
                return Ok(entry);
            }
        }
        count(job, State::Failed);
        tracing::warn!(job.name, window = %entry.start, tries = entry.tries, "the window failed");
        let fail = |entry: &mut Entry| {
            (entry.state, entry.ended_at) = (State::Failed, Some(Timestamp::now()));
        };
        self.write(job, &entry, fail).await
    }

    /// As often as it takes: the beats end it.
    async fn write(
        &self,
        job: &Job,
        entry: &Entry,
        update: impl Fn(&mut Entry) + Send + Sync,
    ) -> Result<Entry, Lost> {
        loop {
            match self.ledger.update(&job.name, entry, &update).await {
                Ok(written) => return written,
                Err(error) => tracing::warn!(job.name, %error, "the ledger was not written"),
            }
            tokio::time::sleep(WRITE_PAUSE).await;
        }
    }
}

fn count(job: &Job, state: State) {
    metrics::counter!("jobs_windows_total", "job" => job.name.clone(), "state" => state.as_str())
        .increment(1);
}

/// What a try is told.
fn environment(job: &Job, entry: &Entry) -> [(&'static str, String); 9] {
    let window = Window { start: entry.start, end: entry.end };
    // What was created in the window may stand anywhere before its end.
    let from = if job.clock == Clock::Created { 0 } else { entry.from };
    [
        ("ROOKERY_JOB_NAME", job.name.clone()),
        ("ROOKERY_JOB_IDEMPOTENCY_KEY", key(&job.name, window)),
        ("ROOKERY_JOB_WINDOW_START", entry.start.to_string()),
        ("ROOKERY_JOB_WINDOW_END", entry.end.to_string()),
        ("ROOKERY_JOB_ZONE", job.schedule.zone().iana_name().unwrap_or("UTC").to_owned()),
        ("ROOKERY_JOB_CLOCK", job.clock.as_str().to_owned()),
        ("ROOKERY_JOB_POSITION_FROM", from.to_string()),
        ("ROOKERY_JOB_POSITION_TO", entry.to.to_string()),
        ("ROOKERY_JOB_TRY", entry.tries.to_string()),
    ]
}
