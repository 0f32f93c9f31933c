//! Whose turn it is: of the windows of a job one runs at a time, whichever runner looks at which of them.
//!
//! The window that has the turn is over, given up or dead, or no other one begins. Nobody gives the turn back: how its
//! window stands is in that one's own entry.

use event_store::buckets::{BucketError, Change, change, get};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Entry, Ledger};
use crate::schedule::Window;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Turn {
    start: Timestamp,
    end: Timestamp,
    claim: Uuid,
}

impl Turn {
    fn of(entry: &Entry) -> Self {
        Self { start: entry.start, end: entry.end, claim: entry.claim }
    }

    pub(crate) fn window(&self) -> Window {
        Window { start: self.start, end: self.end }
    }

    /// Whether the run that has it goes on, as far as its window's entry says.
    pub(crate) fn is_taken(&self, entry: &Entry) -> bool {
        entry.is_running() && entry.claim == self.claim
    }
}

impl Ledger {
    /// With the entry of its window.
    pub(crate) async fn turn(&self, job: &str) -> Result<Option<(Turn, Option<Entry>)>, BucketError> {
        let Some(turn) = get::<Turn>(&*self.bucket, &key(job)).await? else { return Ok(None) };
        let entry = self.read(job, turn.window()).await?;
        Ok(Some((turn, entry)))
    }

    /// Takes it for a window that was claimed, unless somebody else has since it was looked at.
    pub(crate) async fn take_turn(
        &self,
        job: &str,
        mine: &Entry,
        seen: Option<&Turn>,
    ) -> Result<bool, BucketError> {
        let mine = Turn::of(mine);
        let decide = |known: Option<Turn>| {
            if known.as_ref() == seen {
                return Change::Put(mine.clone(), true);
            }
            // Else the answer was lost.
            Change::Keep(known.as_ref() == Some(&mine))
        };
        change(&*self.bucket, &key(job), decide).await
    }
}

/// No window has that name.
fn key(job: &str) -> String {
    format!("{job}.turn")
}
