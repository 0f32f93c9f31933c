//! One step of a projection worker: a transaction behind the fence, what is written in it, and its end.

use fail_points::{crash_point, planted};
use postgres_kit::{Pool, Pooled, Transaction};

use super::checkpoint::{self, Checkpoint, ProjectionKey};
use super::feeds::{self, Audience, FanOutLimit, FeedSegment};
use super::history::{self, HistoryBatch};
use super::messages;
use super::parked::{self, Parked, ParkedEvent};
use super::social::{self, SocialSegment};
use crate::write::error::WriteError;

/// Dropped without a commit, it leaves nothing.
#[derive(Debug)]
pub struct Step {
    key: ProjectionKey,
    transaction: Transaction<Pooled>,
}

impl Step {
    /// The worker's own step: moves the checkpoint, if it is where the worker thinks that it is.
    pub async fn advance(
        pool: &Pool,
        key: &ProjectionKey,
        from: Checkpoint,
        to: Checkpoint,
    ) -> Result<Self, WriteError> {
        let mut transaction = pool.begin().await?;
        crash_point(format_args!("{}-after-begin", key.projection));
        let from = if planted("no-fence") { checkpoint::resume(&mut *transaction, key).await? } else { from };
        checkpoint::advance(&mut transaction, key, from, to).await?;
        let transaction = if planted("checkpoint-outside") {
            transaction.commit().await?;
            pool.begin().await?
        } else {
            transaction
        };
        crash_point(format_args!("{}-after-fence", key.projection));
        Ok(Self { key: key.clone(), transaction })
    }

    /// An operator's step: the checkpoint stays, and the worker waits until the step ends and reads the parked events
    /// anew.
    pub async fn intervene(pool: &Pool, key: &ProjectionKey) -> Result<Self, WriteError> {
        let mut transaction = pool.begin().await?;
        checkpoint::intervene(&mut transaction, key).await?;
        Ok(Self { key: key.clone(), transaction })
    }

    /// Rows of the projection `social`, one segment behind the other.
    pub async fn write_social(&mut self, segments: &[SocialSegment]) -> Result<(), WriteError> {
        social::write(&mut self.transaction, segments).await
    }

    /// Rows of the projection `feeds`.
    pub async fn write_feeds(
        &mut self,
        segments: &[FeedSegment],
        limit: FanOutLimit,
    ) -> Result<(), WriteError> {
        feeds::write(&mut self.transaction, segments, limit).await
    }

    /// Rows of the projection `history`.
    pub async fn write_history(&mut self, batch: &HistoryBatch) -> Result<(), WriteError> {
        history::write(&mut self.transaction, batch).await
    }

    /// The authors of messages that are in the rows of `social`.
    pub async fn social_authors(&mut self, messages: &[i64]) -> Result<Vec<(i64, i64)>, WriteError> {
        messages::authors(&mut self.transaction, messages).await
    }

    /// The authors of messages that are in the rows of `feeds`.
    pub async fn feeds_authors(&mut self, messages: &[i64]) -> Result<Vec<(i64, i64)>, WriteError> {
        feeds::audience::authors(&mut self.transaction, messages).await
    }

    /// The authors of messages that are, or were, in the rows of `history`.
    pub async fn history_authors(&mut self, messages: &[i64]) -> Result<Vec<(i64, i64)>, WriteError> {
        history::authors(&mut self.transaction, messages).await
    }

    /// Whom deletions and deactivations meet in the rows of `feeds`.
    pub async fn feeds_audience(
        &mut self,
        deleted: &[i64],
        deactivated: &[i64],
    ) -> Result<Audience, WriteError> {
        feeds::audience::audience(&mut self.transaction, deleted, deactivated).await
    }

    /// Remembers events that are not folded; what was known of them before is replaced.
    pub async fn park(&mut self, events: &[ParkedEvent]) -> Result<(), WriteError> {
        parked::park(&mut self.transaction, &self.key, events).await
    }

    /// Of some positions, those that are parked and not dropped.
    pub async fn parked_at(&mut self, positions: &[i64]) -> Result<Vec<Parked>, WriteError> {
        parked::at(&mut self.transaction, &self.key, positions).await
    }

    /// All conflict keys of the parked events before a position that share one of some keys.
    pub async fn keys_beside(&mut self, names: &[String], before: i64) -> Result<Vec<String>, WriteError> {
        parked::keys_beside(&mut self.transaction, &self.key, names, before).await
    }

    /// Forgets parked events, which are folded now.
    pub async fn unpark(&mut self, positions: &[i64]) -> Result<(), WriteError> {
        parked::unpark(&mut self.transaction, &self.key, positions).await
    }

    pub async fn commit(self) -> Result<(), WriteError> {
        let projection = self.key.projection;
        crash_point(format_args!("{projection}-before-commit"));
        self.transaction.commit().await?;
        crash_point(format_args!("{projection}-after-commit"));
        Ok(())
    }
}
