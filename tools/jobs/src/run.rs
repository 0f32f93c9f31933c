//! One window: who has it, and whether it is its turn.

mod positions;
mod tries;
mod watch;

use std::sync::Arc;
use std::time::{Duration, Instant};

use event_store::buckets::BucketError;
use event_store::{EventLog, ReadError};
use fail_points::planted;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

pub use self::positions::DataSet;
pub(crate) use self::watch::Watch;
use crate::job::{Job, Overlap};
use crate::ledger::{Claim, Claimed, Entry, Ledger, State};
use crate::schedule::Window;

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("the ledger: {0}")]
    Ledger(#[from] BucketError),
    #[error("the log: {0}")]
    Log(#[from] ReadError),
    #[error("the data set: {0}")]
    DataSet(String),
    #[error("the window {0} was taken over by another runner")]
    TakenOver(Window),
    #[error("the ledger was out of reach for too long, so the run of the window {0} was ended")]
    OutOfReach(Window),
    #[error("this runner was told to end")]
    Stopped,
}

#[derive(Debug, Clone)]
pub struct Settings {
    /// For people, in the ledger.
    pub runner: String,
    /// How long a runner may be silent before its window is taken over.
    pub lease: Duration,
    /// Variables that commands get besides what they are told of their windows.
    pub env: Vec<(&'static str, String)>,
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
pub(crate) enum Looked {
    /// It is over, by this runner or another one.
    Ended(Entry),
    /// Another runner has it.
    Elsewhere(Entry),
    /// For a reason that passes.
    NotYet(&'static str),
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
    ) -> Result<Looked, RunError> {
        let Settings { runner, lease, .. } = &self.settings;
        let known = self.ledger.read(&job.name, window).await?;
        let mut dead = None;
        if let Some(entry) = &known {
            if entry.is_running() && !entry.is_free() {
                dead = watch.dead(entry, *lease);
                if dead.is_none() {
                    return Ok(Looked::Elsewhere(entry.clone()));
                }
            } else if !entry.is_running()
                && (entry.state == State::Succeeded || !again)
                && !planted("window-runs-again")
            {
                return Ok(Looked::Ended(entry.clone()));
            }
        }
        let lock = self.ledger.lock(&job.name).await?;
        // The runner of that one may be dead, and nobody may ever look at it again.
        let other = lock.entry.as_ref().filter(|other| {
            other.start != window.start
                && (!other.is_running() || watch::dead(&mut watch.lock, other, *lease).is_none())
        });
        let skips = job.overlap == Overlap::Skip
            && known.is_none()
            && !again
            && other.is_some_and(|other| ran_at(other, window.end));
        if !skips && other.is_some_and(Entry::is_running) {
            return Ok(Looked::NotYet("another window of the job runs"));
        }
        let positions = match &known {
            Some(entry) => Some((entry.from, entry.to)),
            None => self.positions(job, window, now).await?,
        };
        let Some((from, to)) = positions else {
            return Ok(Looked::NotYet("what it reads is not complete"));
        };
        let began = Instant::now();
        let claim = Claim { window, from, to, runner, lease: *lease, dead, again, now };
        let claimed = if skips {
            Claimed::Not(self.ledger.skip(&job.name, &claim).await?)
        } else {
            self.ledger.claim(&job.name, &claim).await?
        };
        if let Claimed::Mine(entry) = &claimed {
            watch.claimed = Some(entry.claim);
        }
        match claimed {
            Claimed::Not(entry) if entry.is_running() => Ok(Looked::Elsewhere(entry)),
            Claimed::Not(entry) => Ok(Looked::Ended(entry)),
            Claimed::Mine(entry) if self.ledger.take_lock(&job.name, &lock, &entry).await? => {
                Ok(Looked::Ended(self.run(job, entry, began).await?))
            }
            Claimed::Mine(entry) => {
                // Where it was lost already, another runner has it.
                self.ledger.update(&job.name, &entry, Entry::free).await?.ok();
                Ok(Looked::NotYet("another window of the job was faster"))
            }
        }
    }
}

/// Whether a window ran at that time.
fn ran_at(entry: &Entry, timestamp: Timestamp) -> bool {
    entry.state != State::Skipped
        && entry.started_at < timestamp
        && entry.ended_at.is_none_or(|ended| ended > timestamp)
}

#[cfg(test)]
mod tests;
