//! One window: whether it is its turn, who has it, and its tries.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use domain::{Position, Sequence};
use event_store::buckets::{BucketError, LastBeat};
use event_store::{EventLog, ReadError, first_since};
use jiff::{SignedDuration, Timestamp};
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::child;
use crate::job::{Clock, Job, Overlap, Reads};
use crate::ledger::{Claim, Claimed, Entry, Ledger, Lost, State, key};
use crate::schedule::Window;

/// Beats within a lease, and how many of them may be missed before the child is killed: in time before another runner
/// may take over.
const BEATS: u32 = 6;
const BEATS_MISSED_MAX: u32 = 4;
/// For so long after a window's end a log without later events is not taken for complete: the broker's clock may be so
/// much behind this one.
const SETTLE: SignedDuration = SignedDuration::from_secs(2);
/// Between two tries of a window: doubled from one to the other.
const BACKOFF_MIN: Duration = Duration::from_secs(1);
const BACKOFF_MAX: Duration = Duration::from_secs(60);
/// Between two tries to write to the ledger. They end with the lease.
const WRITE_PAUSE: Duration = Duration::from_millis(200);
/// For the last write of a runner that ends.
const FREE_LIMIT: Duration = Duration::from_secs(2);

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("the ledger: {0}")]
    Ledger(#[from] BucketError),
    #[error("the log: {0}")]
    Log(#[from] ReadError),
    #[error("the data set: {0}")]
    DataSet(String),
    #[error("the window {0} was taken over by another runner, or the ledger was out of reach for too long")]
    Lost(Window),
    #[error("this runner was told to end")]
    Stopped,
}

/// How far the data set is.
#[async_trait]
pub trait DataSet: Send + Sync + fmt::Debug {
    /// The position that every published projection has reached.
    async fn position(&self) -> Result<i64, String>;
}

#[derive(Debug, Clone)]
pub struct Settings {
    /// For people, in the ledger.
    pub runner: String,
    /// How long a runner may be silent before its window is taken over.
    pub lease: Duration,
}

/// Runs windows of any jobs.
#[derive(Debug)]
pub struct Runner {
    pub log: Arc<dyn EventLog>,
    pub ledger: Ledger,
    /// Jobs that read the data set need it.
    pub data_set: Option<Arc<dyn DataSet>>,
    pub settings: Settings,
    /// Ends everything: the child is killed and its window given up for another runner.
    pub stop: CancellationToken,
}

/// What came of a look at a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// It is over, by this runner or another one.
    Ended(Entry),
    /// Another runner has it.
    Elsewhere(Entry),
    /// For a reason that passes.
    NotYet(&'static str),
}

/// The newest beats of somebody else's windows: the one that is looked at, and the one before it.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    own: LastBeat,
    before: LastBeat,
}

/// The claim and beat of an entry whose runner is dead.
fn taken_for_dead(last: &mut LastBeat, entry: &Entry, lease: Duration) -> Option<(Uuid, u64)> {
    last.dead(entry.claim, entry.beat, lease.max(Duration::from_secs(entry.lease_seconds)))
}

impl Runner {
    /// Looks at a window that is over, and runs it to its end if it is its turn. `again`: also one that failed.
    ///
    /// # Errors
    /// What was out of reach, or why its end is not known. Looking again is safe.
    pub(crate) async fn look(
        &self,
        job: &Job,
        window: Window,
        watch: &mut Watch,
        again: bool,
        now: Timestamp,
    ) -> Result<Stop, RunError> {
        let known = self.ledger.read(&job.name, window).await?;
        let mut dead = None;
        let (from, to) = match known {
            Some(entry) if entry.is_running() => {
                if !entry.is_free() {
                    dead = taken_for_dead(&mut watch.own, &entry, self.settings.lease);
                    if dead.is_none() {
                        return Ok(Stop::Elsewhere(entry));
                    }
                }
                (entry.from, entry.to)
            }
            Some(entry) if entry.state == State::Succeeded || !again => return Ok(Stop::Ended(entry)),
            Some(entry) => (entry.from, entry.to),
            None => match self.positions(job, window, now).await? {
                Some(positions) => positions,
                None => return Ok(Stop::NotYet("what it reads is not complete")),
            },
        };
        let began = Instant::now();
        let Settings { runner, lease } = &self.settings;
        let claim = Claim { window, from, to, runner, lease: *lease, dead, again, now };
        if let Some(before) = self.before(job, window).await? {
            if job.overlap == Overlap::Skip && !again && ran_at(&before, window.end) {
                return Ok(Stop::Ended(self.ledger.skip(&job.name, &claim).await?));
            }
            // Nobody may ever look at that one again, so it is not waited for once its runner is dead.
            let is_alive = before.is_running() && !before.is_free();
            if is_alive && taken_for_dead(&mut watch.before, &before, *lease).is_none() {
                return Ok(Stop::NotYet("the window before it runs"));
            }
        }
        match self.ledger.claim(&job.name, &claim).await? {
            Claimed::Not(entry) if entry.is_running() => Ok(Stop::Elsewhere(entry)),
            Claimed::Not(entry) => Ok(Stop::Ended(entry)),
            Claimed::Mine(entry) => Ok(Stop::Ended(self.run(job, entry, began).await?)),
        }
    }

    /// The entry of the window before.
    async fn before(&self, job: &Job, window: Window) -> Result<Option<Entry>, RunError> {
        let before = job.schedule.windows_until(window.start, 1).pop();
        let Some(before) = before.filter(|before| before.end == window.start) else { return Ok(None) };
        Ok(self.ledger.read(&job.name, before).await?)
    }

    /// From behind which position to which one a window goes; `None` while what the job reads is not complete.
    ///
    /// A window goes on where the one before it ended, if the ledger knows that: a clock that was set back would else
    /// leave events between them, or give some to both.
    async fn positions(
        &self,
        job: &Job,
        window: Window,
        now: Timestamp,
    ) -> Result<Option<(i64, i64)>, RunError> {
        let head = self.log.head().await?;
        let newest = if head == Sequence::ZERO { None } else { self.log.read(head).await? };
        let is_passed = newest.is_some_and(|event| event.recorded_at >= offset(window.end));
        if !is_passed && now.duration_since(window.end) < SETTLE {
            return Ok(None);
        }
        let before = async |time| {
            let first = first_since(&*self.log, offset(time)).await?;
            let last = Sequence::new(first.get().saturating_sub(1)).unwrap_or_default();
            let position =
                if last == Sequence::ZERO { 0 } else { Position::new(last, self.log.shard()).get() };
            Ok::<_, ReadError>(position)
        };
        let to = before(window.end).await?;
        let from = match self.before(job, window).await? {
            Some(entry) => entry.to,
            None => before(window.start).await?,
        };
        if job.reads == Reads::DataSet {
            let Some(data_set) = &self.data_set else {
                return Err(RunError::DataSet("its address is not known".to_owned()));
            };
            if data_set.position().await.map_err(RunError::DataSet)? < to {
                return Ok(None);
            }
        }
        Ok(Some((from, to.max(from))))
    }

    /// Runs a window that was claimed, until it is over or the claim is lost. `began`: before the claim.
    async fn run(&self, job: &Job, entry: Entry, began: Instant) -> Result<Entry, RunError> {
        let window = Window { start: entry.start, end: entry.end };
        let running = metrics::gauge!("jobs_running", "job" => job.name.clone());
        running.set(1.0);
        let ended = tokio::select! {
            ended = self.tries(job, entry.clone()) => ended.map_err(|Lost| RunError::Lost(window)),
            () = self.beat(job, &entry, began) => {
                metrics::counter!("jobs_claims_lost_total", "job" => job.name.clone()).increment(1);
                Err(RunError::Lost(window))
            }
            () = self.stop.cancelled() => {
                let free = self.ledger.update(&job.name, &entry, Entry::free);
                // Else its lease runs out.
                tokio::time::timeout(FREE_LIMIT, free).await.ok();
                Err(RunError::Stopped)
            }
        };
        running.set(0.0);
        ended
    }

    /// Ends when the claim is lost, or may be soon.
    async fn beat(&self, job: &Job, entry: &Entry, began: Instant) {
        let period = self.settings.lease / BEATS;
        let mut deadline = tokio::time::Instant::from_std(began) + period * BEATS_MISSED_MAX;
        loop {
            let next = tokio::time::Instant::now() + period;
            tokio::time::sleep_until(next.min(deadline)).await;
            let now = tokio::time::Instant::now();
            if now >= deadline {
                return;
            }
            let beat = self.ledger.update(&job.name, entry, |entry| entry.beat += 1);
            match tokio::time::timeout_at(deadline, beat).await {
                Ok(Ok(Ok(_))) => deadline = now + period * BEATS_MISSED_MAX,
                Ok(Ok(Err(Lost))) | Err(_) => return,
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
            let (outcome, output) =
                child::run(&job.command, &environment(job, &entry), &[], job.timeout).await;
            tracing::info!(job.name, window = %entry.start, r#try = entry.tries, ?outcome, "a try ended");
            let succeeded = outcome.is_success();
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

/// Whether a window ran at that time.
fn ran_at(entry: &Entry, timestamp: Timestamp) -> bool {
    entry.state != State::Skipped
        && entry.started_at < timestamp
        && entry.ended_at.is_none_or(|ended| ended > timestamp)
}

fn count(job: &Job, state: State) {
    let name = job.name.clone();
    metrics::counter!("jobs_windows_total", "job" => name.clone(), "state" => state.as_str()).increment(1);
    if state == State::Succeeded {
        let now = Timestamp::now().as_millisecond() as f64 / 1_000.0;
        metrics::gauge!("jobs_last_success_timestamp_seconds", "job" => name).set(now);
    }
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

fn offset(time: Timestamp) -> OffsetDateTime {
    // Both calendars end at the same year.
    OffsetDateTime::from_unix_timestamp_nanos(time.as_nanosecond()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests;
