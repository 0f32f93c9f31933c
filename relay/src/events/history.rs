//! Events further back than what is in memory, by a tail of one's own.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use consumers::{Filter, Line, line, words};
use domain::{AccountId, MessageId, Position};
use event_store::{EventLog, ReadError, RecordedEvent, Tail, known};
use futures::try_join;
use tokio::time::Instant;

use super::{Bounds, Chunk};
use crate::readings::Reading;

/// Events that are taken from the tail at once.
const BATCH: usize = 256;
/// Events that are looked up together, for what became of them: few at first, twice as many behind those that were quick,
/// and half as many behind others. In a log that is not in the broker's memory, a look-up may read a file.
const WINDOW_MIN: usize = 32;
const WINDOW_MAX: usize = 256;
const QUICK: Duration = Duration::from_millis(50);
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
    window_max: usize,
    given_up: HashMap<AccountId, bool>,
    _place: Reading,
}

/// Consecutive events, as far as a filter lets them through.
struct Window {
    lines: Vec<Found>,
    scanned: usize,
    through: i64,
}

/// A line, and what may have taken its words away.
struct Found {
    line: Line,
    account: Option<AccountId>,
    message: Option<MessageId>,
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
            window_max: WINDOW_MIN,
            given_up: HashMap::new(),
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
            let window = self.window(filter, bounds, &chunk);
            scanned += window.scanned;
            let began = Instant::now();
            self.standing(window.lines).await?.into_iter().for_each(|line| chunk.push(line));
            let is_quick = began.elapsed() <= QUICK;
            let next = if is_quick { self.window_max * 2 } else { self.window_max / 2 };
            self.window_max = next.clamp(WINDOW_MIN, WINDOW_MAX);
            self.through = window.through;
            if Instant::now() >= end {
                break;
            }
        }
        Ok(Chunk { through: self.through, is_end: self.through >= until, ..chunk })
    }

    /// No more than there is room for, so that nothing has to be put back.
    fn window(&mut self, filter: &Filter, bounds: &Bounds, chunk: &Chunk) -> Window {
        let room = self.window_max.min(bounds.events_max - chunk.lines.len());
        let (mut lines, mut bytes) = (Vec::new(), chunk.bytes);
        let (mut scanned, mut through) = (0, self.through);
        while lines.len() < room && bytes < bounds.bytes_max {
            let Some(recorded) = self.pending.pop_front() else { break };
            scanned += 1;
            through = recorded.position.get();
            if let Some(found) = Found::of(&recorded, filter) {
                bytes += found.line.json.len();
                lines.push(found);
            }
        }
        Window { lines, scanned, through }
    }

    /// Those whose words are not gone.
    async fn standing(&mut self, lines: Vec<Found>) -> Result<Vec<Line>, ReadError> {
        let is_unknown = |account: &AccountId| !self.given_up.contains_key(account);
        let accounts: HashSet<_> =
            lines.iter().filter_map(|found| found.account).filter(is_unknown).collect();
        let messages: HashSet<_> = lines.iter().filter_map(|found| found.message).collect();
        let (given_up, deleted) =
            try_join!(words::deactivated(&*self.log, &accounts), words::deleted(&*self.log, &messages))?;
        let is_gone = |found: &Found| {
            let is_given_up =
                |account| given_up.contains(&account) || self.given_up.get(&account) == Some(&true);
            found.account.is_some_and(is_given_up)
                || found.message.is_some_and(|message| deleted.contains(&message))
        };
        let standing = lines.into_iter().filter(|found| !is_gone(found)).map(|found| found.line).collect();
        let room = ACCOUNTS_MAX.saturating_sub(self.given_up.len());
        let known = accounts.into_iter().take(room).map(|account| (account, given_up.contains(&account)));
        self.given_up.extend(known);
        Ok(standing)
    }
}

impl Found {
    fn of(recorded: &RecordedEvent, filter: &Filter) -> Option<Self> {
        let event = known(recorded).filter(|event| filter.lets(event))?;
        let line = line(recorded, &event)?;
        let message = words::message(recorded.position, &event);
        Some(Self { line, account: words::account(&event), message })
    }
}
