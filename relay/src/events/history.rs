//! Events further back than what is in memory, by a tail of one's own.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use consumers::{Filter, Line, line, words};
use domain::{AccountId, Event, Position};
use event_store::{EventLog, ReadError, RecordedEvent, Tail, known};
use futures::{StreamExt, TryStreamExt, stream};
use tokio::time::Instant;

use super::{Bounds, Chunk};
use crate::readings::Reading;

/// Events that are taken from the tail at once.
const BATCH: usize = 256;
/// Events that are looked up at the same time, for what became of them.
const LOOK_UPS: usize = 32;
/// Accounts of which is remembered whether they were given up.
const ACCOUNTS_MAX: usize = 10_000;
/// Events that one call looks at: a filter that lets nothing through gets on, and says how far.
const SCAN_MAX: usize = 20_000;

/// Reads on from a position. It holds one of a few places while it does.
pub(crate) struct History {
    log: Arc<dyn EventLog>,
    tail: Tail,
    pending: VecDeque<RecordedEvent>,
    through: i64,
    given_up: Mutex<HashMap<AccountId, bool>>,
    _place: Reading,
}

impl History {
    pub(crate) async fn open(log: &Arc<dyn EventLog>, after: i64, place: Reading) -> Result<Self, ReadError> {
        let sequence = Position::from_i64(after).unwrap_or_default().sequence();
        let tail = log.tail(sequence).await?;
        Ok(Self {
            log: Arc::clone(log),
            tail,
            pending: VecDeque::new(),
            through: after,
            given_up: Mutex::default(),
            _place: place,
        })
    }

    /// The next events up to a position, a bound, or the given time, whichever is first.
    pub(crate) async fn next(
        &mut self,
        filter: &Filter,
        bounds: &Bounds,
        until: i64,
        time_max: Duration,
    ) -> Result<Chunk, ReadError> {
        let end = Instant::now() + time_max;
        let (mut chunk, mut scanned) = (Chunk::behind(self.through), 0);
        while self.through < until && !chunk.is_full(bounds) && scanned < SCAN_MAX {
            if self.pending.is_empty() {
                match tokio::time::timeout_at(end, self.tail.next_batch(BATCH)).await {
                    Ok(Some(batch)) => self.pending = batch?.into(),
                    // It ended without a word: whoever reads on opens another one.
                    Ok(None) => break,
                    Err(_elapsed) => break,
                }
            }
            // No more than there is room for, so that nothing has to be put back.
            let window = LOOK_UPS.min(bounds.events_max - chunk.lines.len()).min(self.pending.len());
            let window: Vec<RecordedEvent> = self.pending.drain(..window).collect();
            let last = window.last().map_or(self.through, |event| event.position.get());
            scanned += window.len();
            self.lines(window, filter).await?.into_iter().flatten().for_each(|line| chunk.push(line));
            self.through = last;
            if Instant::now() >= end {
                break;
            }
        }
        Ok(Chunk { through: self.through, is_end: self.through >= until, ..chunk })
    }

    async fn lines(
        &self,
        window: Vec<RecordedEvent>,
        filter: &Filter,
    ) -> Result<Vec<Option<Line>>, ReadError> {
        let lines = stream::iter(window).map(|recorded| self.line(recorded, filter));
        lines.buffered(LOOK_UPS).try_collect().await
    }

    async fn line(&self, recorded: RecordedEvent, filter: &Filter) -> Result<Option<Line>, ReadError> {
        let Some(event) = known(&recorded).filter(|event| filter.lets(event)) else { return Ok(None) };
        let Some(line) = line(&recorded, &event) else { return Ok(None) };
        let is_gone = self.are_words_gone(recorded.position, &event).await?;
        Ok((!is_gone).then_some(line))
    }

    async fn are_words_gone(&self, position: Position, event: &Event) -> Result<bool, ReadError> {
        let log = &*self.log;
        if let Some(account) = words::account(event)
            && self.is_given_up(account).await?
        {
            return Ok(true);
        }
        match words::message(position, event) {
            Some(message) => words::is_deleted(log, message).await,
            None => Ok(false),
        }
    }

    async fn is_given_up(&self, account: AccountId) -> Result<bool, ReadError> {
        let remembered = self.remembered().get(&account).copied();
        if let Some(is_given_up) = remembered {
            return Ok(is_given_up);
        }
        let is_given_up = words::is_deactivated(&*self.log, account).await?;
        let mut remembered = self.remembered();
        if remembered.len() < ACCOUNTS_MAX {
            remembered.insert(account, is_given_up);
        }
        Ok(is_given_up)
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, HashMap<AccountId, bool>> {
        // A map is whole after every step.
        self.given_up.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
