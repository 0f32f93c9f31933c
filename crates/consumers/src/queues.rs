//! What is open, by account: of each the events that are next, and whether one is under way or has to wait.
//!
//! Where much is listed behind events that fail, such a queue keeps its first event alone; where the account's further ones
//! are is one position, from which they are looked up again once it is their turn. So accounts that wait leave room to others.

mod gate;

use std::collections::{HashMap, VecDeque};

use fail_points::planted;
use tokio::time::Instant;

use self::gate::Gate;
use crate::durable::{Failing, Open};

/// Accounts of which something is open. With as many waiting for tries of theirs, nothing more is read.
pub(crate) const OPEN_ACCOUNTS_MAX: usize = 128;
/// Events that are listed; a batch more may be, and one of each account.
pub(crate) const LISTED_MAX: usize = 256;
/// Of them those of accounts that wait for a try, beside the one that is tried; further ones are looked up again.
const LISTED_WAITING_MAX: usize = LISTED_MAX / 2;
/// How the last try of an event ended that was made before the durable was claimed, or its filter or address changed.
const NOT_TRIED_SINCE: &str = "not tried since it began anew";
/// Events of an account that are looked up at once.
const FILL_MAX: usize = 64;

/// An account; of a parked event that is tried again, its position below zero: it has a queue to itself.
pub(crate) type Key = i64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Ready,
    /// Its first event is delivered.
    Busy,
    /// Its next events are looked up; since then others of the account came, from here on.
    Filling(Option<i64>),
    Due(Instant),
}

#[derive(Debug)]
struct Queue {
    state: State,
    /// Failed tries of the first one.
    tries: u32,
    /// How the last of them ended.
    outcome: String,
    listed: VecDeque<i64>,
    rest: Option<i64>,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Deliver { key: Key, position: i64, tries: u32 },
    Fill { account: i64, from: i64, max: usize },
}

#[derive(Debug, Default)]
pub(crate) struct Queues {
    queues: HashMap<Key, Queue>,
    gate: Gate,
}

impl Queues {
    pub(crate) fn of(open: &[Open]) -> Self {
        let queue = |open: &Open| {
            let listed = open.positions.iter().copied().collect();
            let (tries, rest) = (open.tries, open.rest);
            (open.account, Queue { state: State::Ready, tries, outcome: String::new(), listed, rest })
        };
        Self { queues: open.iter().map(queue).collect(), gate: Gate::default() }
    }

    /// What must be known to go on after a crash. Parked events that are tried again are so in the entry already.
    pub(crate) fn open(&self) -> Vec<Open> {
        let open = self.accounts().map(|(account, queue)| Open {
            account: *account,
            tries: queue.tries,
            positions: queue.listed.iter().copied().collect(),
            rest: queue.rest.or(match queue.state {
                State::Filling(later) => later,
                _ => None,
            }),
        });
        let mut open: Vec<Open> = open.collect();
        open.sort_by_key(|open| open.account);
        open
    }

    /// The oldest event that was tried and not done.
    pub(crate) fn failing(&self) -> Option<Failing> {
        let (position, queue) =
            self.tried().filter_map(|queue| Some((queue.first()?, queue))).min_by_key(|(at, _)| *at)?;
        let outcome = if queue.outcome.is_empty() { NOT_TRIED_SINCE } else { &queue.outcome };
        Some(Failing { position, tries: queue.tries, outcome: outcome.to_owned() })
    }

    fn tried(&self) -> impl Iterator<Item = &Queue> {
        self.accounts().map(|(_, queue)| queue).filter(|queue| queue.tries > 0)
    }

    pub(crate) fn has_room(&self) -> bool {
        self.accounts().count() < OPEN_ACCOUNTS_MAX && self.listed() < LISTED_MAX
    }

    /// What an entry lists, and what look-ups may find for it.
    fn listed(&self) -> usize {
        let listed = |queue: &Queue| match queue.state {
            State::Filling(_) => FILL_MAX,
            _ => queue.listed.len(),
        };
        self.accounts().map(|(_, queue)| listed(queue)).sum()
    }

    /// Those of parked events are no accounts.
    fn accounts(&self) -> impl Iterator<Item = (&Key, &Queue)> {
        self.queues.iter().filter(|(key, _)| **key >= 0)
    }

    /// Whether accounts that wait for a try may list more than that one event: they leave room to others.
    fn may_list_waiting(&self) -> bool {
        let waiting = self.accounts().filter(|(_, queue)| queue.tries > 0);
        waiting.map(|(_, queue)| queue.listed.len()).sum::<usize>() < LISTED_WAITING_MAX
    }

    pub(crate) fn push(&mut self, account: Key, position: i64) {
        let may_list_waiting = self.may_list_waiting();
        let queue = self.queues.entry(account).or_insert_with(|| Queue {
            state: State::Ready,
            tries: 0,
            outcome: String::new(),
            listed: VecDeque::new(),
            rest: None,
        });
        match &mut queue.state {
            State::Filling(later) => *later = later.or(Some(position)),
            _ if queue.rest.is_none() && (queue.tries == 0 || may_list_waiting) => {
                queue.listed.push_back(position);
            }
            _ => queue.rest = queue.rest.or(Some(position)),
        }
    }

    /// Gives each of these parked events a queue, unless it has one, and takes it from all others: they were dropped.
    pub(crate) fn retry(&mut self, positions: &[i64]) {
        self.queues.retain(|key, _| *key >= 0 || positions.contains(&-key));
        for position in positions {
            if !self.queues.contains_key(&-position) {
                self.push(-position, *position);
            }
        }
    }

    pub(crate) fn is_open(&self, key: Key) -> bool {
        self.queues.contains_key(&key)
    }

    /// The earliest event that nothing holds back, which then is under way.
    ///
    /// `retries_max`: of those that are under way at once, as events that fail may take long to do so.
    pub(crate) fn next(&mut self, now: Instant, retries_max: usize) -> Option<Next> {
        let may_retry = self.retries() < retries_max;
        let is_open = self.gate.is_open(self.tried().count(), now);
        // At least one, so that every account goes on.
        let max = LISTED_MAX.saturating_sub(self.listed()).clamp(1, FILL_MAX);
        let ready = self.queues.iter_mut().filter(|(_, queue)| match queue.state {
            State::Ready if queue.tries > 0 => may_retry,
            State::Ready => is_open || !queue.is_untried(),
            State::Due(due) => due <= now && (may_retry || queue.tries == 0),
            State::Busy | State::Filling(_) => false,
        });
        let (key, queue) = ready.min_by_key(|(_, queue)| queue.first())?;
        match (queue.listed.front(), queue.rest) {
            (Some(position), _) => {
                if queue.is_untried() {
                    self.gate.lets_through(*key);
                }
                queue.state = State::Busy;
                Some(Next::Deliver { key: *key, position: *position, tries: queue.tries + 1 })
            }
            (None, Some(from)) => {
                queue.state = State::Filling(None);
                Some(Next::Fill { account: *key, from, max })
            }
            // A queue without events is taken away at once.
            (None, None) => None,
        }
    }

    fn retries(&self) -> usize {
        self.queues.values().filter(|queue| queue.state == State::Busy && queue.tries > 0).count()
    }

    /// When the next one is due, of those that wait for a time alone.
    pub(crate) fn next_due(&self, retries_max: usize) -> Option<Instant> {
        let may_retry = self.retries() < retries_max;
        let opens_at = self.gate.opens_at(self.tried().count());
        let due = self.queues.values().filter_map(|queue| match queue.state {
            State::Due(due) => Some(due).filter(|_| may_retry || queue.tries == 0),
            State::Ready if queue.is_untried() => opens_at,
            _ => None,
        });
        due.min()
    }

    /// Failed tries of the first event.
    pub(crate) fn tries(&self, key: Key) -> u32 {
        self.queues.get(&key).map_or(0, |queue| queue.tries)
    }

    /// Its first event is done.
    pub(crate) fn done(&mut self, key: Key) {
        self.gate.succeeded();
        self.go_on(key);
    }

    /// Its first event was not tried, as nothing of it is left: that says nothing of an outage.
    pub(crate) fn left_out(&mut self, key: Key) {
        self.gate.forget(key);
        self.go_on(key);
    }

    /// Its first event was tried for the last time.
    pub(crate) fn park(&mut self, key: Key, now: Instant) {
        self.gate.failed(key, now);
        self.go_on(key);
    }

    fn go_on(&mut self, key: Key) {
        if let Some(queue) = self.queues.get_mut(&key) {
            queue.listed.pop_front();
            (queue.tries, queue.state) = (0, State::Ready);
        }
        self.remove_if_empty(key);
    }

    /// Its first event was tried in vain, and is tried again.
    pub(crate) fn failed(&mut self, key: Key, outcome: &str, now: Instant, due: Instant) {
        self.gate.failed(key, now);
        if let Some(queue) = self.queues.get_mut(&key) {
            queue.tries += 1;
            outcome.clone_into(&mut queue.outcome);
        }
        self.delay(key, due);
    }

    /// It was dropped while it was tried.
    pub(crate) fn forget(&mut self, key: Key) {
        self.gate.forget(key);
    }

    /// Its first event could not be tried.
    pub(crate) fn delay(&mut self, key: Key, due: Instant) {
        self.gate.forget(key);
        let may_list_waiting = self.may_list_waiting();
        let Some(queue) = self.queues.get_mut(&key) else { return };
        if planted("failing-overtaken") && queue.listed.len() > 1 {
            queue.state = State::Ready;
            return queue.listed.rotate_left(1);
        }
        queue.state = State::Due(due);
        if !may_list_waiting {
            queue.rest = queue.listed.get(1).copied().or(queue.rest);
            queue.listed.truncate(1);
        }
    }

    /// What was looked up; `rest`: there are more from here on.
    pub(crate) fn filled(&mut self, account: Key, found: Vec<i64>, rest: Option<i64>) {
        if let Some(queue) = self.queues.get_mut(&account) {
            let later = match queue.state {
                State::Filling(later) => later,
                _ => None,
            };
            queue.listed = found.into();
            (queue.rest, queue.state) = (rest.or(later), State::Ready);
        }
        self.remove_if_empty(account);
    }

    /// They could not be looked up.
    pub(crate) fn unfilled(&mut self, account: Key, due: Instant) {
        if let Some(queue) = self.queues.get_mut(&account) {
            queue.state = State::Due(due);
        }
    }

    fn remove_if_empty(&mut self, key: Key) {
        if self.queues.get(&key).is_some_and(|queue| queue.first().is_none()) {
            self.queues.remove(&key);
        }
    }
}

impl Queue {
    fn first(&self) -> Option<i64> {
        self.listed.front().copied().or(self.rest)
    }

    /// Its first event is one that was not tried yet.
    fn is_untried(&self) -> bool {
        self.tries == 0 && !self.listed.is_empty()
    }
}

#[cfg(test)]
mod tests;
