//! The ledger: an entry per window, in a bucket beside the log.
//!
//! ```text
//!   none ──claim──▶ running ──end──▶ succeeded
//!                   ▲  │ beat        failed ──claim (asked for)──▶ running
//!                   └──┘ claim, once no beat was seen for a lease
//! ```
//!
//! Whoever claims a window gives the entry a new claim, and every later write of that runner asks for it: a runner that
//! was taken over can change nothing. Leases are measured by those who wait, on their own monotonic clock, from the
//! moment at which they first saw a beat; so no two clocks are compared.

mod lock;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use event_store::buckets::{Bucket, BucketError, Change, change, get};
use fail_points::planted;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::schedule::Window;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    Running,
    Succeeded,
    /// Its tries are used up.
    Failed,
    /// It ended while another window of the job ran, and the job says `overlap: skip`.
    Skipped,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Exited(i32),
    /// By a signal that was not the runner's.
    Signalled(i32),
    TimedOut,
    /// The program could not be started.
    NotStarted(String),
}

/// For people.
impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(code) => write!(formatter, "exit code {code}"),
            Self::Signalled(signal) => write!(formatter, "ended by signal {signal}"),
            Self::TimedOut => formatter.write_str("its time was up"),
            Self::NotStarted(why) => write!(formatter, "it could not be started: {why}"),
        }
    }
}

impl Outcome {
    pub fn is_success(&self) -> bool {
        *self == Self::Exited(0)
    }
}

/// What a try wrote to standard output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    pub sha256: String,
    pub bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub state: State,
    pub start: Timestamp,
    pub end: Timestamp,
    /// Position of the last event before the window.
    pub from: i64,
    /// Position of its last event; the same as `from` where it has none.
    pub to: i64,
    /// Who may change the entry while it is running.
    pub claim: Uuid,
    /// For people: host and process.
    pub runner: String,
    /// Counts up while the runner lives.
    pub beat: u64,
    pub lease_seconds: u64,
    pub tries: u32,
    /// Of the last try that ended.
    pub outcome: Option<Outcome>,
    pub output: Option<Output>,
    /// Of the first try.
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

impl Entry {
    pub fn is_running(&self) -> bool {
        self.state == State::Running
    }

    /// Its runner gave it up for another one.
    pub fn is_free(&self) -> bool {
        self.claim.is_nil()
    }

    pub(crate) fn free(&mut self) {
        self.claim = Uuid::nil();
    }
}

/// Who wants a window, and what is known of it.
#[derive(Debug, Clone)]
pub(crate) struct Claim<'a> {
    pub(crate) window: Window,
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) runner: &'a str,
    pub(crate) lease: Duration,
    /// The claim and beat of a runner that is taken for dead.
    pub(crate) dead: Option<(Uuid, u64)>,
    /// Also where its tries are used up or it was skipped; they then begin anew.
    pub(crate) again: bool,
    pub(crate) now: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Claimed {
    Mine(Entry),
    /// Somebody else's, or over.
    Not(Entry),
}

/// The entry has another claim by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lost;

#[derive(Debug, Clone)]
pub struct Ledger {
    bucket: Arc<dyn Bucket>,
}

impl Ledger {
    pub fn new(bucket: Arc<dyn Bucket>) -> Self {
        Self { bucket }
    }

    /// # Errors
    /// Where the bucket cannot be read.
    pub async fn read(&self, job: &str, window: Window) -> Result<Option<Entry>, BucketError> {
        get(&*self.bucket, &key(job, window)).await
    }

    /// Takes a window that nobody has, or whose runner is dead.
    pub(crate) async fn claim(&self, job: &str, claim: &Claim<'_>) -> Result<Claimed, BucketError> {
        let id = Uuid::new_v4();
        let decide = |known: Option<Entry>| match known {
            // The answer to this very claim was lost.
            Some(entry) if entry.claim == id => Change::Keep(Claimed::Mine(entry)),
            Some(entry) if !claim.may_take(&entry) => Change::Keep(Claimed::Not(entry)),
            known => {
                let entry = claim.entry(known, id);
                Change::Put(entry.clone(), Claimed::Mine(entry))
            }
        };
        change(&*self.bucket, &key(job, claim.window), decide).await
    }

    /// Changes an entry that is still this runner's.
    pub(crate) async fn update(
        &self,
        job: &str,
        mine: &Entry,
        update: impl Fn(&mut Entry) + Send + Sync,
    ) -> Result<Result<Entry, Lost>, BucketError> {
        let window = Window { start: mine.start, end: mine.end };
        let decide = |known: Option<Entry>| match known {
            Some(mut entry) if entry.claim == mine.claim => {
                if !entry.is_running() {
                    // The end was written, and its answer was lost.
                    return Change::Keep(Ok(entry));
                }
                update(&mut entry);
                Change::Put(entry.clone(), Ok(entry))
            }
            _ => Change::Keep(Err(Lost)),
        };
        change(&*self.bucket, &key(job, window), decide).await
    }

    /// Says that a window is left out, unless somebody has it.
    pub(crate) async fn skip(&self, job: &str, claim: &Claim<'_>) -> Result<Entry, BucketError> {
        let id = Uuid::new_v4();
        let decide = |known: Option<Entry>| match known {
            Some(entry) => Change::Keep(entry),
            None => {
                let entry = claim.entry(None, id);
                let entry = Entry { state: State::Skipped, ended_at: Some(claim.now), ..entry };
                Change::Put(entry.clone(), entry)
            }
        };
        change(&*self.bucket, &key(job, claim.window), decide).await
    }
}

impl Claim<'_> {
    fn may_take(&self, entry: &Entry) -> bool {
        match entry.state {
            State::Running => entry.is_free() || self.dead == Some((entry.claim, entry.beat)),
            State::Succeeded => planted("window-runs-again"),
            State::Failed | State::Skipped => self.again,
        }
    }

    /// Positions and tries of an earlier claim are kept: all tries of a window see the same events.
    fn entry(&self, known: Option<Entry>, claim: Uuid) -> Entry {
        let fresh = Entry {
            state: State::Running,
            start: self.window.start,
            end: self.window.end,
            from: self.from,
            to: self.to,
            claim,
            runner: self.runner.to_owned(),
            beat: 0,
            lease_seconds: self.lease.as_secs(),
            tries: 0,
            outcome: None,
            output: None,
            started_at: self.now,
            ended_at: None,
        };
        match known {
            None => fresh,
            Some(known) => {
                let (tries, started_at) =
                    if known.is_running() { (known.tries, known.started_at) } else { (0, self.now) };
                let Entry { from, to, outcome, output, .. } = known;
                Entry { from, to, outcome, output, started_at, tries, ..fresh }
            }
        }
    }
}

/// `digest.20260328T230000Z`: the job's name and the window's start.
pub(crate) fn key(job: &str, window: Window) -> String {
    format!("{job}.{}", window.start.strftime("%Y%m%dT%H%M%SZ"))
}

#[cfg(test)]
mod tests;
