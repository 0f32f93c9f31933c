//! Reads the log into a model, up to a position and later on to further ones.

use std::collections::{BTreeSet, VecDeque};

use domain::{Position, Sequence};
use event_store::{EventLog, ReadError, RecordedEvent, Tail};

use crate::error::VerifyError;
use crate::model::Model;
use crate::pace::Pace;
use crate::scope::Scope;

pub(crate) struct Follower<'a> {
    log: &'a dyn EventLog,
    projection: &'static str,
    scope: Scope,
    pace: Pace,
    tail: Option<Tail>,
    /// Taken from the tail, but behind the position that was asked for.
    ahead: VecDeque<RecordedEvent>,
    at: Sequence,
    /// Positions of events that are left out.
    without: BTreeSet<i64>,
    pub(crate) model: Model,
}

impl<'a> Follower<'a> {
    pub(crate) fn new(log: &'a dyn EventLog, projection: &'static str, scope: Scope, pace: Pace) -> Self {
        let model = Model::new(projection, scope);
        let (tail, ahead, at, without) = (None, VecDeque::new(), Sequence::ZERO, BTreeSet::new());
        Self { log, projection, scope, pace, tail, ahead, at, without, model }
    }

    pub(crate) fn hurry(&mut self) {
        self.pace = Pace::Full;
    }

    /// Events taken in so far, with those that were left out.
    pub(crate) fn events(&self) -> u64 {
        self.at.get()
    }

    /// Folds on to a position, without some events. Begins again where it has gone too far, or with other events: one
    /// may have been parked, taken up again, or given up, since then.
    pub(crate) async fn fold_to(
        &mut self,
        to: Position,
        without: BTreeSet<i64>,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<(), VerifyError> {
        let head = self.log.head().await?;
        if to.sequence() > head {
            return Err(VerifyError::AheadOfLog { position: to.get(), head: head.get() });
        }
        let came_by = Position::new(self.at, self.log.shard()).get();
        if self.at > to.sequence() || !self.without.range(..=came_by).eq(without.range(..=came_by)) {
            *self = Self::new(self.log, self.projection, self.scope, self.pace);
        }
        self.without = without;
        while self.at < to.sequence() {
            progress(self.at.get(), to.sequence().get());
            let done = self.take(to.sequence()).await?;
            self.pace.rest(done).await;
        }
        progress(self.at.get(), to.sequence().get());
        Ok(())
    }

    /// Takes some events, none behind `to`.
    async fn take(&mut self, to: Sequence) -> Result<usize, VerifyError> {
        if self.ahead.is_empty() {
            self.ahead = self.next_batch().await?.into();
        }
        let mut done = 0;
        while let Some(recorded) = self.ahead.pop_front_if(|event| event.position.sequence() <= to) {
            let found = recorded.position.sequence();
            if found != self.at.next() {
                let (expected, found) = (self.at.next().get(), found.get());
                return Err(ReadError::Gap { expected, found }.into());
            }
            if !self.without.contains(&recorded.position.get()) {
                self.model.apply(&recorded);
            }
            self.at = found;
            done += 1;
        }
        Ok(done)
    }

    async fn next_batch(&mut self) -> Result<Vec<RecordedEvent>, VerifyError> {
        let tail = match &mut self.tail {
            Some(tail) => tail,
            none => none.insert(self.log.tail(self.at).await?),
        };
        match tail.next_batch(self.pace.chunk()).await {
            Some(events) => Ok(events?),
            None => Err(VerifyError::TailEnded),
        }
    }
}
