//! Takes a durable's events for as long as it is this process's, and stands by while it is another's.

use std::ops::ControlFlow;
use std::time::Duration;

use domain::AccountId;
use event_store::buckets::{BucketError, LastBeat};
use event_store::{Lineage, ReadError};
use tokio::time::Instant;
use uuid::Uuid;

use crate::consumer::{Consumer, Settings};
use crate::durable::Durable;
use crate::durables::{Claim, Claimed, DurablesError};
use crate::session::{End, Session};

/// Between two looks at a durable that another process has, or that could not be reached.
const POLL: Duration = Duration::from_millis(500);

#[derive(Debug, thiserror::Error)]
pub enum ConsumeError {
    #[error(transparent)]
    Durables(#[from] DurablesError),
    #[error(transparent)]
    Log(#[from] ReadError),
}

impl Consumer {
    /// Goes on until it is stopped.
    ///
    /// # Errors
    /// What no waiting changes: the log or the durable is another one.
    pub async fn consume(&self) -> Result<(), ConsumeError> {
        let (mut last_beat, mut was_there, mut told) = (LastBeat::default(), false, None);
        // The last claim of this process, of which nothing is under way any more.
        let mut mine = None;
        let mut is_told_away = false;
        while !self.stop.is_cancelled() {
            let began = Instant::now();
            let claimed = self.claim(&mut last_beat, mine, was_there).await;
            was_there |= claimed.is_ok();
            is_told_away &= claimed.is_err();
            match claimed {
                Ok(Claimed::Mine(durable)) => {
                    mine = Some(durable.claim);
                    if self.work(durable, began).await?.is_break() {
                        return Ok(());
                    }
                }
                Ok(Claimed::Elsewhere(other)) => {
                    if told != Some(other.claim) {
                        let (durable, by) = (&self.settings.durable, &other.runner);
                        tracing::info!(durable, by, "another process has the durable; waiting for its end");
                        told = Some(other.claim);
                    }
                }
                Err(ConsumeError::Durables(DurablesError::Bucket(error)))
                    if !matches!(error, BucketError::Malformed { .. }) =>
                {
                    if !std::mem::replace(&mut is_told_away, true) {
                        tracing::warn!(%error, "the durable cannot be asked for; it is tried on");
                    }
                }
                Err(error) => return Err(error),
            }
            self.stop.run_until_cancelled(tokio::time::sleep(POLL)).await;
        }
        Ok(())
    }

    /// For as long as it is this process's, also through replays.
    async fn work(&self, mut mine: Durable, mut began: Instant) -> Result<ControlFlow<()>, ReadError> {
        loop {
            match Session::new(self, mine, began).run().await {
                Ok(()) => return Ok(ControlFlow::Break(())),
                Err(End::Replayed(from, written)) => (mine, began) = (*from, written),
                Err(End::Lost) => {
                    tracing::warn!(
                        durable = self.settings.durable,
                        "the durable was lost: another process has it, or it could not be written for too long"
                    );
                    self.progress.send_replace(None);
                    return Ok(ControlFlow::Continue(()));
                }
                Err(End::Log(error)) => return Err(error),
            }
        }
    }

    /// `was_there`: one that is missing was removed.
    async fn claim(
        &self,
        last_beat: &mut LastBeat,
        mine: Option<Uuid>,
        was_there: bool,
    ) -> Result<Claimed, ConsumeError> {
        let Settings { durable, filter, after, runner, lease, .. } = &self.settings;
        let known = self.durables.read(durable).await.map_err(DurablesError::from)?;
        if was_there && known.is_none() {
            return Err(DurablesError::Removed(durable.clone()).into());
        }
        let dead = known.filter(Durable::is_claimed).and_then(|known| {
            if mine == Some(known.claim) {
                return Some((known.claim, known.beat));
            }
            let lease = Duration::from_secs(known.lease_seconds).max(*lease);
            last_beat.dead(known.claim, known.beat, lease)
        });
        let Lineage(lineage) = self.log.lineage();
        let claim = Claim {
            lineage: lineage.to_string(),
            types: filter.types.clone(),
            account: filter.account.map(AccountId::get),
            after: *after,
            runner: runner.clone(),
            lease: *lease,
            dead,
        };
        Ok(self.durables.claim(durable, &claim).await?)
    }
}
