//! Runs the windows of jobs as they end, or those that are asked for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use event_store::buckets::JOBS_AGE_MAX;
use jiff::Timestamp;

use crate::clock::WallClock;
use crate::job::Job;
use crate::ledger::Entry;
use crate::run::{Looked, RunError, Runner, Watch};
use crate::schedule::Window;

/// Between two looks at a job.
const POLL: Duration = Duration::from_millis(500);
/// Behind a window that was asked for: longer than others wait for the next look, so that a window of theirs is not kept
/// waiting by a row of these.
const TURN: Duration = Duration::from_millis(600);
/// Windows that may be waiting for a runner that is there.
const DUE_MAX: usize = 10_000;

/// Runs all jobs until the runner is stopped.
pub async fn serve(runner: Arc<Runner>, jobs: Vec<Job>) {
    let tasks: Vec<_> = jobs
        .into_iter()
        .map(|job| {
            let runner = Arc::clone(&runner);
            tokio::spawn(async move { keep(&runner, &job).await })
        })
        .collect();
    for task in tasks {
        if let Err(error) = task.await {
            tracing::error!(%error, "a job's task ended");
        }
    }
}

async fn keep(runner: &Runner, job: &Job) {
    let (mut clock, mut due) = (WallClock::new(), None);
    let mut watch = Watch::default();
    while !runner.stop.is_cancelled() {
        if let Some(now) = clock.now() {
            let due = due.get_or_insert_with(|| Due::new(job, now));
            match due.pass(runner, job, &mut watch, now).await {
                Err(RunError::Stopped) => return,
                Err(error) => tracing::warn!(job.name, %error, "it is tried again"),
                Ok(()) => {}
            }
        }
        runner.stop.run_until_cancelled(tokio::time::sleep(POLL)).await;
    }
}

/// Where a job is: all windows that start before are over, or too old to be made up for.
struct Due {
    next: Option<Window>,
}

impl Due {
    fn new(job: &Job, now: Timestamp) -> Self {
        let over = job.schedule.windows_until(now, job.catch_up);
        // Whether older ones were run the ledger does not know any more.
        let known = over.iter().find(|window| now.duration_since(window.end).unsigned_abs() < JOBS_AGE_MAX);
        let start = match known {
            Some(oldest) => Some(oldest.start),
            None => over.last().map(|newest| newest.end).or_else(|| job.schedule.next_after(now)),
        };
        Self { next: start.and_then(|start| job.schedule.window_at(start)) }
    }

    /// Runs what is due, in order, as far as it is this runner's turn.
    async fn pass(
        &mut self,
        runner: &Runner,
        job: &Job,
        watch: &mut Watch,
        now: Timestamp,
    ) -> Result<(), RunError> {
        let Some(next) = self.next.filter(|next| next.end <= now) else { return Ok(()) };
        let due = job.schedule.windows_between(next.start, now, DUE_MAX);
        let began = Instant::now();
        metrics::gauge!("jobs_lag_windows", "job" => job.name.clone()).set(due.len() as f64);
        for (index, window) in due.iter().enumerate() {
            // Those before it may have taken long.
            let now = now.checked_add(began.elapsed()).unwrap_or(now);
            match runner.look(job, *window, watch, false, now).await? {
                Looked::Ended(_) => {
                    self.next = job.schedule.window_at(window.end);
                    metrics::gauge!("jobs_lag_windows", "job" => job.name.clone())
                        .set((due.len() - index - 1) as f64);
                }
                // Those behind it may have to be skipped by now.
                Looked::Elsewhere(_) if index + 1 < due.len() => {
                    runner.look(job, due[index + 1], &mut Watch::default(), false, now).await?;
                    return Ok(());
                }
                Looked::Elsewhere(_) | Looked::NotYet(_) => return Ok(()),
            }
        }
        Ok(())
    }
}

impl Runner {
    /// Runs windows one behind the other, and lets windows that others wait for come between. `ended` is told how each went.
    ///
    /// # Errors
    /// Where the end of one is not known, or `ended` fails.
    pub async fn run_all<E: From<RunError>>(
        &self,
        job: &Job,
        windows: &[Window],
        mut ended: impl FnMut(&Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        for (number, window) in windows.iter().enumerate() {
            if number > 0 && self.stop.run_until_cancelled(tokio::time::sleep(TURN)).await.is_none() {
                return Err(RunError::Stopped.into());
            }
            ended(&self.run_one(job, *window).await?)?;
        }
        Ok(())
    }

    /// Runs one window, or waits until another runner has. A window that failed is run again.
    ///
    /// # Errors
    /// Where its end is not known.
    pub async fn run_one(&self, job: &Job, window: Window) -> Result<Entry, RunError> {
        let mut watch = Watch::default();
        loop {
            match self.look(job, window, &mut watch, true, Timestamp::now()).await? {
                Looked::Ended(entry) => return Ok(entry),
                Looked::Elsewhere(_) => {}
                Looked::NotYet(why) => tracing::debug!(job.name, why, "waiting"),
            }
            if self.stop.run_until_cancelled(tokio::time::sleep(POLL)).await.is_none() {
                return Err(RunError::Stopped);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::parse;

    #[test]
    fn a_window_that_the_ledger_has_forgotten_is_not_made_up_for() {
        let now: Timestamp = "2026-11-27T12:00:00Z".parse().expect("a timestamp");
        for (schedule, first) in
            [("0 0 * * * UTC", "2026-09-28T00:00:00Z"), ("0 0 1 7 * UTC", "2026-07-01T00:00:00Z")]
        {
            let jobs = format!(
                "jobs: [{{name: x, schedule: '{schedule}', command: ['true'], clock: recorded, reads: log, catch_up: 100}}]"
            );
            let job = parse(&jobs).expect("it is good").remove(0);
            let next = Due::new(&job, now).next.expect("there is one");
            assert_eq!(next.start.to_string(), first, "{schedule}");
        }
    }
}
