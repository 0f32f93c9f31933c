//! How far a webhook is, and who sends: an entry of the bucket for each.
//!
//! Whoever claims it gives it a new claim, and every later write of that relay asks for it: one that was taken over can
//! change nothing. Leases are measured by those who wait, on their own monotonic clock, from the moment at which they
//! first saw a beat; so no two clocks are compared. A replay gives the entry another turn: what the holder knew of the
//! turn before is not written down any more.

use std::sync::Arc;

use event_store::buckets::{Bucket, BucketError, Change, change, delete, get};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// Events of a webhook; with more, it stops. About 250 bytes each, of the 64 KiB of an entry.
pub(super) const PARKED_MAX: usize = 200;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Work {
    /// Who may change the entry; nil: nobody has it.
    pub(super) claim: Uuid,
    /// Counts up while the holder lives.
    pub(super) beat: u64,
    /// Counts replays.
    pub(super) turn: u64,
    pub(super) progress: Progress,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// All up to here was taken, parked, or not meant.
    pub(super) position: i64,
    pub(super) parked: Vec<Parked>,
    /// Why nothing is sent until an operator says from where.
    pub(super) stopped: Option<Stopped>,
    /// The oldest event that was tried and not taken yet.
    pub(super) failing: Option<Failing>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Stopped {
    /// The receiver answered 410.
    Gone,
    TooManyParked,
}

impl Stopped {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::TooManyParked => "too-many-parked",
        }
    }
}

/// An event that was given up for now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Parked {
    pub(super) position: i64,
    pub(super) id: Uuid,
    pub(super) tries: u32,
    /// Of the last try.
    pub(super) reason: String,
    #[serde(with = "time::serde::timestamp")]
    pub(super) at: OffsetDateTime,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Failing {
    pub(super) position: i64,
    pub(super) tries: u32,
    pub(super) reason: String,
}

/// The entry has another claim by now, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lost;

#[derive(Debug, Clone)]
pub(super) struct Works {
    bucket: Arc<dyn Bucket>,
}

impl Work {
    pub(super) fn is_free(&self) -> bool {
        self.claim.is_nil()
    }
}

impl Works {
    pub(super) fn new(bucket: Arc<dyn Bucket>) -> Self {
        Self { bucket }
    }

    /// Takes what nobody has, or whose holder, known by claim and beat, is taken for dead.
    pub(super) async fn claim(
        &self,
        id: Uuid,
        after: i64,
        dead: Option<(Uuid, u64)>,
    ) -> Result<Option<Work>, BucketError> {
        let claim = Uuid::new_v4();
        let decide = |known: Option<Work>| {
            let fresh =
                || Work { progress: Progress { position: after, ..Progress::default() }, ..Work::default() };
            let work = known.unwrap_or_else(fresh);
            if work.claim == claim {
                // The answer to this very claim was lost.
                return Change::Keep(Some(work));
            }
            if !work.is_free() && dead != Some((work.claim, work.beat)) {
                return Change::Keep(None);
            }
            let work = Work { claim, beat: work.beat + 1, ..work };
            Change::Put(work.clone(), Some(work))
        };
        change(&*self.bucket, &key(id), decide).await
    }

    /// Tells that the holder lives and how far it is, or, at its end, gives the entry up. Gives what it is then.
    pub(super) async fn save(
        &self,
        id: Uuid,
        mine: &Work,
        progress: &Progress,
        is_end: bool,
    ) -> Result<Result<Work, Lost>, BucketError> {
        let decide = |known: Option<Work>| match known {
            Some(mut work) if work.claim == mine.claim => {
                work.beat += 1;
                if work.turn == mine.turn {
                    work.progress = progress.clone();
                }
                if is_end {
                    work.claim = Uuid::nil();
                }
                Change::Put(work.clone(), Ok(work))
            }
            _ => Change::Keep(Err(Lost)),
        };
        change(&*self.bucket, &key(id), decide).await
    }
}

/// `None`: nobody has sent anything yet.
pub(super) async fn read(bucket: &dyn Bucket, id: Uuid) -> Result<Option<Work>, BucketError> {
    get(bucket, &key(id)).await
}

/// Goes on from a position, whoever holds it. Of what is parked, that up to there stays so, unless it is forgotten.
pub(super) async fn replay(
    bucket: &dyn Bucket,
    id: Uuid,
    after: i64,
    forget_parked: bool,
) -> Result<(), BucketError> {
    let decide = |known: Option<Work>| {
        let mut work = known.unwrap_or_default();
        work.turn += 1;
        work.progress.parked.retain(|parked| !forget_parked && parked.position <= after);
        work.progress = Progress { position: after, parked: work.progress.parked, ..Progress::default() };
        Change::Put(work, ())
    };
    change(bucket, &key(id), decide).await
}

pub(super) async fn remove(bucket: &dyn Bucket, id: Uuid) -> Result<(), BucketError> {
    delete(bucket, &key(id)).await
}

fn key(id: Uuid) -> String {
    format!("work.{id}")
}
