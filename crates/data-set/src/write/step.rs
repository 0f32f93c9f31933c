//! One step of a lane: a transaction behind the fence, what is written in it, and its end.

use fail_points::planted;
use postgres_kit::{Pool, Pooled, Transaction};

use super::checkpoint::{self, Checkpoint, Lane};
use super::feeds::{self, FanOutLimit, FeedRun, Reach};
use super::parked::{self, Parked, ParkedEvent};
use super::social::{self, Run};
use super::{WriteError, crash_point, messages};

/// Dropped without a commit, it leaves nothing.
#[derive(Debug)]
pub struct Step {
    lane: Lane,
    transaction: Transaction<Pooled>,
}

impl Step {
    /// The lane's own step: moves the checkpoint, if it is where the worker thinks that it is.
    pub async fn advance(
        pool: &Pool,
        lane: &Lane,
        from: Checkpoint,
        to: Checkpoint,
    ) -> Result<Self, WriteError> {
        let mut transaction = pool.begin().await?;
        lane_crash_point(lane, "after-begin");
        checkpoint::advance(&mut transaction, lane, from, to).await?;
        if planted("checkpoint-outside") {
            transaction.commit().await?;
            transaction = pool.begin().await?;
        }
        lane_crash_point(lane, "after-fence");
        Ok(Self { lane: lane.clone(), transaction })
    }

    /// An operator's step: the checkpoint stays, and the lane waits until the step ends and reads the parked events anew.
    pub async fn intervene(pool: &Pool, lane: &Lane) -> Result<Self, WriteError> {
        let mut transaction = pool.begin().await?;
        checkpoint::intervene(&mut transaction, lane).await?;
        Ok(Self { lane: lane.clone(), transaction })
    }

    /// Rows of the projection `social`, one run behind the other.
    pub async fn write_social(&mut self, runs: &[Run]) -> Result<(), WriteError> {
        social::write(&mut self.transaction, runs).await
    }

    /// Rows of the projection `feeds`.
    pub async fn write_feeds(&mut self, runs: &[FeedRun], limit: FanOutLimit) -> Result<(), WriteError> {
        feeds::write(&mut self.transaction, runs, limit).await
    }

    /// The authors of messages that are in the rows of `social`.
    pub async fn social_authors(&mut self, messages: &[i64]) -> Result<Vec<(i64, i64)>, WriteError> {
        messages::authors(&mut self.transaction, messages).await
    }

    /// The authors of messages that are in the rows of `feeds`.
    pub async fn feeds_authors(&mut self, messages: &[i64]) -> Result<Vec<(i64, i64)>, WriteError> {
        feeds::reach::authors(&mut self.transaction, messages).await
    }

    /// Whom deletions and deactivations meet in the rows of `feeds`.
    pub async fn feeds_reach(&mut self, deleted: &[i64], deactivated: &[i64]) -> Result<Reach, WriteError> {
        feeds::reach::reach(&mut self.transaction, deleted, deactivated).await
    }

    /// Remembers events that are not folded; what was known of them before is replaced.
    pub async fn park(&mut self, events: &[ParkedEvent]) -> Result<(), WriteError> {
        parked::park(&mut self.transaction, &self.lane, events).await
    }

    /// Of some positions, those that are parked and not dropped.
    pub async fn parked_at(&mut self, positions: &[i64]) -> Result<Vec<Parked>, WriteError> {
        parked::at(&mut self.transaction, &self.lane, positions).await
    }

    /// All conflict keys of the parked events before a position that share one of some keys.
    pub async fn keys_beside(&mut self, names: &[String], before: i64) -> Result<Vec<String>, WriteError> {
        parked::keys_beside(&mut self.transaction, &self.lane, names, before).await
    }

    /// Forgets parked events, which are folded now.
    pub async fn unpark(&mut self, positions: &[i64]) -> Result<(), WriteError> {
        parked::unpark(&mut self.transaction, &self.lane, positions).await
    }

    pub async fn commit(self) -> Result<(), WriteError> {
        lane_crash_point(&self.lane, "before-commit");
        self.transaction.commit().await?;
        lane_crash_point(&self.lane, "after-commit");
        Ok(())
    }

    /// As [`crash_point`], at a step that every lane takes: `feeds-after-begin`.
    pub fn crash_point(&self, step: &str) {
        lane_crash_point(&self.lane, step);
    }
}

fn lane_crash_point(lane: &Lane, step: &str) {
    if cfg!(feature = "fail-points") {
        crash_point(&format!("{}-{step}", lane.projection));
    }
}
