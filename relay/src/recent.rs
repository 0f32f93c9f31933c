//! The newest events, in memory: one tail of the log fills it, and all who are near the log's end read it.
//!
//! So a hundred who follow cost the log what one costs, and an event becomes a line once. What a deletion or a
//! deactivation takes away is taken out here, too; as the ring begins empty, it has met every one that matters to it.

use std::collections::VecDeque;
use std::sync::{PoisonError, RwLock};

use consumers::{Filter, Line, line, words};
use domain::{AccountEvent, AccountId, Event, MessageEvent, MessageId, Position};
use event_store::{RecordedEvent, known};
use fail_points::planted;
use tokio::sync::watch;

use crate::events::{Bounds, Chunk};

/// Events that the ring holds, private ones included.
const EVENTS_MAX: usize = 8_192;
/// Bytes of their lines.
const BYTES_MAX: usize = 16 << 20;

#[derive(Debug)]
pub(crate) struct Recent {
    ring: RwLock<Ring>,
    /// The position of the newest event.
    end: watch::Sender<i64>,
}

#[derive(Debug)]
struct Ring {
    /// All events behind this position are in the ring, or were taken out for good.
    start: i64,
    end: i64,
    bytes: usize,
    entries: VecDeque<Entry>,
}

#[derive(Debug)]
struct Entry {
    position: Position,
    /// `None`: nothing of it is handed on.
    handed_on: Option<HandedOn>,
}

#[derive(Debug)]
struct HandedOn {
    event: Event,
    line: Line,
}

/// An event that has just come.
struct News {
    entry: Entry,
    takes_away: Option<TakesAway>,
}

/// Whose words an event takes away.
enum TakesAway {
    Message(MessageId),
    Account(AccountId),
}

impl Recent {
    /// Empty, behind the position that the log has reached.
    pub(crate) fn from(position: Position) -> Self {
        let start = position.get();
        let ring = Ring { start, end: start, bytes: 0, entries: VecDeque::new() };
        Self { ring: RwLock::new(ring), end: watch::Sender::new(start) }
    }

    /// Up to where the log is known.
    pub(crate) fn end(&self) -> i64 {
        *self.end.borrow()
    }

    /// Wakes whenever there are events behind the last that was seen.
    pub(crate) fn subscribe(&self) -> watch::Receiver<i64> {
        self.end.subscribe()
    }

    /// The next events of the log.
    pub(crate) fn push(&self, events: &[RecordedEvent]) {
        // Before the lock, which readers wait for.
        let news: Vec<News> = events.iter().map(News::of).collect();
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        news.into_iter().for_each(|news| ring.push(news));
        let end = ring.end;
        drop(ring);
        metrics::gauge!("relay_position").set(end as f64);
        self.end.send_replace(end);
    }

    /// What is behind a position and let through, up to a bound. `None`: that is further back than the ring.
    pub(crate) fn read(&self, after: i64, filter: &Filter, bounds: &Bounds) -> Option<Chunk> {
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        if after < ring.start && !planted("resume-from-memory") {
            return None;
        }
        let from = ring.entries.partition_point(|entry| entry.position.get() <= after);
        let mut chunk = Chunk::behind(after);
        for entry in ring.entries.range(from..) {
            if chunk.is_full(bounds) {
                return Some(chunk);
            }
            chunk.through = entry.position.get();
            let Some(handed_on) = entry.handed_on.as_ref().filter(|handed_on| filter.lets(&handed_on.event))
            else {
                continue;
            };
            chunk.push(handed_on.line.clone());
        }
        Some(Chunk { through: ring.end.max(after), is_end: true, ..chunk })
    }
}

impl News {
    fn of(recorded: &RecordedEvent) -> Self {
        let event = known(recorded);
        let takes_away = match &event {
            Some(Event::Message(MessageEvent::Deleted(event))) => Some(TakesAway::Message(event.message)),
            Some(Event::Account(AccountEvent::Deactivated(event))) => Some(TakesAway::Account(event.account)),
            _ => None,
        };
        let handed_on = event.and_then(|event| {
            let line = line(recorded, &event)?;
            Some(HandedOn { event, line })
        });
        Self { entry: Entry { position: recorded.position, handed_on }, takes_away }
    }
}

impl Ring {
    fn push(&mut self, News { entry, takes_away }: News) {
        if entry.position.get() <= self.end {
            return;
        }
        match takes_away {
            Some(TakesAway::Message(message)) => self.forget_message(message),
            Some(TakesAway::Account(account)) => self.forget_account(account),
            None => {}
        }
        self.bytes += entry.handed_on.as_ref().map_or(0, |handed_on| handed_on.line.json.len());
        self.end = entry.position.get();
        self.entries.push_back(entry);
        while self.entries.len() > EVENTS_MAX || self.bytes > BYTES_MAX {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.start = oldest.position.get();
            self.bytes -= oldest.handed_on.map_or(0, |handed_on| handed_on.line.json.len());
        }
    }

    fn forget_message(&mut self, message: MessageId) {
        self.forget(|position, event| words::message(position, event) == Some(message));
    }

    fn forget_account(&mut self, account: AccountId) {
        self.forget(|_, event| words::account(event) == Some(account));
    }

    fn forget(&mut self, is_gone: impl Fn(Position, &Event) -> bool) {
        for entry in &mut self.entries {
            let gone = entry.handed_on.take_if(|handed_on| is_gone(entry.position, &handed_on.event));
            self.bytes -= gone.map_or(0, |handed_on| handed_on.line.json.len());
        }
    }
}
