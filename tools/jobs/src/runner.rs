//! Runs the windows of jobs as they end, or those that are asked for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use event_store::buckets::{BucketError, JOBS_AGE_MAX};
use jiff::Timestamp;

use crate::clock::WallClock;
use crate::job::Job;
use crate::ledger::{Entry, Ledger, State};
use crate::run::{Looked, RunError, Runner, Watch};
use crate::schedule::Window;

/// Between two looks at a job.
const POLL: Duration = Duration::from_millis(500);
/// Behind a window that was asked for: longer than others wait for the next look, so that a window of theirs is not kept
/// waiting by a row of these.
const TURN: Duration = Duration::from_millis(600);
/// Between two looks at how many windows are over.
const LAG_PERIOD: Duration = Duration::from_secs(5);
/// Windows that may be waiting for a runner that is there.
const DUE_MAX: usize = 10_000;
/// Among so many of the newest windows a runner that begins looks for the last success.
const SUCCESS_WINDOWS_MAX: usize = 100;

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
    let (mut watch, mut success) = (Watch::default(), LastSuccess::default());
    // What went wrong at the last look: it is told once.
    let mut wrong = String::new();
    while !runner.stop.is_cancelled() {
        if let Some(now) = clock.now() {
            let due = due.get_or_insert_with(|| Due::new(job, now));
            if let Err(error) = success.look_back(&runner.ledger, job, now).await {
                tracing::warn!(job.name, %error, "the last success is not known yet");
            }
            match due.pass(runner, job, &mut watch, &mut success, now).await {
                Err(RunError::Stopped) => return,
                Err(error) if error.to_string() == wrong => {
                    tracing::debug!(job.name, %error, "it is tried again");
                }
                Err(error) => {
                    tracing::warn!(job.name, %error, "it is tried again");
                    wrong = error.to_string();
                }
                Ok(()) => wrong.clear(),
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
        success: &mut LastSuccess,
        now: Timestamp,
    ) -> Result<(), RunError> {
        let Some(next) = self.next.filter(|next| next.end <= now) else { return Ok(()) };
        let due = job.schedule.windows_between(next.start, now, DUE_MAX);
        let began = Instant::now();
        // Those before it may have taken long.
        let later = || now.checked_add(began.elapsed()).unwrap_or(now);
        for (index, window) in due.iter().enumerate() {
            let look = runner.look(job, *window, watch, false, later());
            match telling_lag(job, *window, later, look).await? {
                Looked::Ended(entry) => {
                    success.see(job, &entry);
                    self.next = job.schedule.window_at(window.end);
                    tell_lag(job, self.next, later());
                }
                // Those behind it may have to be skipped by now.
                Looked::Elsewhere(_) if index + 1 < due.len() => {
                    runner.look(job, due[index + 1], &mut Watch::default(), false, later()).await?;
                    return Ok(());
                }
                Looked::Elsewhere(_) | Looked::NotYet(_) => return Ok(()),
            }
        }
        Ok(())
    }
}

/// Also while the look runs the window: others end meanwhile.
async fn telling_lag<T>(
    job: &Job,
    window: Window,
    now: impl Fn() -> Timestamp,
    look: impl Future<Output = T>,
) -> T {
    let mut look = Box::pin(look);
    loop {
        tell_lag(job, Some(window), now());
        tokio::select! {
            looked = &mut look => return looked,
            () = tokio::time::sleep(LAG_PERIOD) => {}
        }
    }
}

/// `first`: the first that did not end so far.
fn tell_lag(job: &Job, first: Option<Window>, now: Timestamp) {
    let over = first.map_or(0, |first| job.schedule.windows_between(first.start, now, DUE_MAX).len());
    metrics::gauge!("jobs_lag_windows", "job" => job.name.clone()).set(over as f64);
}

/// When a window of a job last succeeded, by this runner or another one.
#[derive(Debug, Default)]
struct LastSuccess {
    at: Option<Timestamp>,
    /// The ledger was asked what was before this runner.
    looked_back: bool,
}

impl LastSuccess {
    async fn look_back(&mut self, ledger: &Ledger, job: &Job, now: Timestamp) -> Result<(), BucketError> {
        if self.looked_back {
            return Ok(());
        }
        for window in job.schedule.windows_until(now, SUCCESS_WINDOWS_MAX).into_iter().rev() {
            if let Some(entry) = ledger.read(&job.name, window).await? {
                self.see(job, &entry);
            }
            if self.at.is_some() {
                break;
            }
        }
        self.looked_back = true;
        Ok(())
    }

    /// An older one, of a window that is made up for, changes nothing.
    fn see(&mut self, job: &Job, entry: &Entry) {
        let Some(ended) = entry.ended_at.filter(|_| entry.state == State::Succeeded) else { return };
        if self.at.is_none_or(|at| at < ended) {
            self.at = Some(ended);
            metrics::gauge!("jobs_last_success_timestamp_seconds", "job" => job.name.clone())
                .set(ended.as_millisecond() as f64 / 1_000.0);
        }
    }
}

impl Runner {
    /// Runs windows one behind the other but for those that succeeded before, and lets windows that others wait for come
    /// between. `ended` is told how each went.
    ///
    /// # Errors
    /// Where the end of one is not known, or `ended` fails.
    pub async fn run_all<E: From<RunError>>(
        &self,
        job: &Job,
        windows: &[Window],
        mut ended: impl FnMut(&Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut is_first = true;
        for window in windows {
            let known = self.ledger.read(&job.name, *window).await.map_err(RunError::from)?;
            if known.is_some_and(|known| known.state == State::Succeeded) {
                continue;
            }
            if !std::mem::take(&mut is_first)
                && self.stop.run_until_cancelled(tokio::time::sleep(TURN)).await.is_none()
            {
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
        let (mut watch, mut told) = (Watch::default(), String::new());
        loop {
            let why = match self.look(job, window, &mut watch, true, Timestamp::now()).await? {
                Looked::Ended(entry) => return Ok(entry),
                Looked::Elsewhere(entry) => format!("{} has it", entry.runner),
                Looked::NotYet(why) => why.to_owned(),
            };
            if why != told {
                tracing::info!(job.name, window = %window.start, why, "waiting");
                told = why;
            }
            if self.stop.run_until_cancelled(tokio::time::sleep(POLL)).await.is_none() {
                return Err(RunError::Stopped);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use event_store::buckets::InMemoryBucket;
    use jiff::SignedDuration;

    use super::*;
    use crate::job::parse;
    use crate::ledger::{Claim, Claimed};

    #[tokio::test]
    async fn the_last_success_is_told_from_the_ledger_before_the_first_of_a_runner() {
        let ledger = Ledger::new(Arc::new(InMemoryBucket::default()));
        let now: Timestamp = "2026-11-27T12:00:00Z".parse().expect("a timestamp");
        let text =
            "jobs: [{name: x, schedule: '* * * * * UTC', command: ['true'], clock: recorded, reads: log}]";
        let job = parse(text).expect("it is good").remove(0);
        let mut success = LastSuccess::default();
        success.look_back(&ledger, &job, now).await.expect("it answers");
        assert_eq!(success.at, None, "nothing ran");

        let windows = job.schedule.windows_until(now, 3);
        let lease = Duration::from_secs(30);
        for (window, state) in windows.iter().zip([State::Succeeded, State::Succeeded, State::Failed]) {
            let (from, to, runner, dead, again) = (0, 0, "other", None, false);
            let claim = Claim { window: *window, from, to, runner, lease, dead, again, now };
            let Ok(Claimed::Mine(entry)) = ledger.claim("x", &claim).await else { panic!("nobody has it") };
            let ended = Some(window.end + SignedDuration::from_secs(1));
            let end = move |entry: &mut Entry| (entry.state, entry.ended_at) = (state, ended);
            ledger.update("x", &entry, end).await.expect("it answers").expect("it is ours");
        }
        let mut success = LastSuccess::default();
        success.look_back(&ledger, &job, now).await.expect("it answers");
        let newest = windows[1].end + SignedDuration::from_secs(1);
        assert_eq!(success.at, Some(newest));
        let older = ledger.read("x", windows[0]).await.expect("it answers").expect("it ran");
        success.see(&job, &older);
        assert_eq!(success.at, Some(newest));
    }

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
