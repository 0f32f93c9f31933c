//! The lock of a job: an entry beside those of its windows, so that no two of them run at once.
//!
//! A runner looks at the lock, claims a window where it is free, and then takes the lock if it is still what it saw. Of
//! two that saw the same, one gets it; the other one gives its window back. It is free once the claim that took it is over.

use event_store::buckets::{BucketError, Change, change, get};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Entry, Ledger};
use crate::schedule::Window;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Holder {
    start: Timestamp,
    end: Timestamp,
    claim: Uuid,
}

/// As it was read.
#[derive(Debug, Clone)]
pub(crate) struct JobLock {
    holder: Option<Holder>,
    /// Of the holder's window, unless that was given up or claimed anew.
    pub(crate) entry: Option<Entry>,
}

impl Ledger {
    pub(crate) async fn lock(&self, job: &str) -> Result<JobLock, BucketError> {
        let holder: Option<Holder> = get(&*self.bucket, &key(job)).await?;
        let Some(Holder { start, end, claim }) = holder else { return Ok(JobLock { holder, entry: None }) };
        let entry = self.read(job, Window { start, end }).await?;
        Ok(JobLock { holder, entry: entry.filter(|entry| entry.claim == claim) })
    }

    /// For a window that was claimed. `false`: another one was faster.
    pub(crate) async fn take_lock(
        &self,
        job: &str,
        seen: &JobLock,
        mine: &Entry,
    ) -> Result<bool, BucketError> {
        let mine = Holder { start: mine.start, end: mine.end, claim: mine.claim };
        let decide = |known: Option<Holder>| {
            if known == Some(mine) {
                // The answer was lost.
                Change::Keep(true)
            } else if known == seen.holder {
                Change::Put(mine, true)
            } else {
                Change::Keep(false)
            }
        };
        change(&*self.bucket, &key(job), decide).await
    }
}

/// No window's key ends like that.
fn key(job: &str) -> String {
    format!("{job}.lock")
}
