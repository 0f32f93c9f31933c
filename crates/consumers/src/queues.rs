//! What is open, by account: of each the events that are next, and whether one is under way or has to wait.
//!
//! A queue whose event fails keeps that one alone; where the account's further events are is one position, from which they
//! are looked up again once it is their turn. So an account that waits takes no room for what waits behind it.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::time::Duration;

use fail_points::planted;
use tokio::time::Instant;

use crate::durable::Open;

/// Accounts of which something is open. With as many waiting for tries of theirs, nothing more is read.
pub(crate) const OPEN_ACCOUNTS_MAX: usize = 128;
/// Events that are listed; a batch more may be.
pub(crate) const LISTED_MAX: usize = 256;
/// Between two tries of an event: doubled from one to the other.
const BACKOFF_MIN: Duration = Duration::from_secs(1);
const BACKOFF_MAX: Duration = Duration::from_secs(60);

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
    listed: VecDeque<i64>,
    rest: Option<i64>,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Deliver { key: Key, position: i64, tries: u32 },
    Fill { account: i64, from: i64 },
}

#[derive(Debug, Default)]
pub(crate) struct Queues {
    queues: HashMap<Key, Queue>,
}

impl Queues {
    pub(crate) fn of(open: &[Open]) -> Self {
        let queue = |open: &Open| {
            let listed = open.positions.iter().copied().collect();
            (open.account, Queue { state: State::Ready, tries: open.tries, listed, rest: open.rest })
        };
        Self { queues: open.iter().map(queue).collect() }
    }

    /// What must be known to go on after a crash. Parked events that are tried again are so in the entry already.
    pub(crate) fn open(&self) -> Vec<Open> {
        let accounts = self.queues.iter().filter(|(key, _)| **key >= 0);
        let open = accounts.map(|(account, queue)| Open {
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

    pub(crate) fn has_room(&self) -> bool {
        let listed: usize = self.queues.values().map(|queue| queue.listed.len()).sum();
        self.queues.len() < OPEN_ACCOUNTS_MAX && listed < LISTED_MAX
    }

    pub(crate) fn push(&mut self, account: Key, position: i64) {
        let queue = self.queues.entry(account).or_insert_with(|| Queue {
            state: State::Ready,
            tries: 0,
            listed: VecDeque::new(),
            rest: None,
        });
        match &mut queue.state {
            State::Filling(later) => *later = later.or(Some(position)),
            State::Ready | State::Busy if queue.tries == 0 && queue.rest.is_none() => {
                queue.listed.push_back(position);
            }
            _ => queue.rest = queue.rest.or(Some(position)),
        }
    }

    /// Gives a parked event a queue, unless it has one.
    pub(crate) fn retry(&mut self, position: i64) {
        if !self.queues.contains_key(&-position) {
            self.push(-position, position);
        }
    }

    /// The earliest event that nothing holds back, which then is under way.
    pub(crate) fn next(&mut self, now: Instant) -> Option<Next> {
        let ready = self.queues.iter_mut().filter(|(_, queue)| match queue.state {
            State::Ready => true,
            State::Due(due) => due <= now,
            State::Busy | State::Filling(_) => false,
        });
        let (key, queue) = ready.min_by_key(|(_, queue)| queue.first())?;
        match (queue.listed.front(), queue.rest) {
            (Some(position), _) => {
                queue.state = State::Busy;
                Some(Next::Deliver { key: *key, position: *position, tries: queue.tries + 1 })
            }
            (None, Some(from)) => {
                queue.state = State::Filling(None);
                Some(Next::Fill { account: *key, from })
            }
            // A queue without events is taken away at once.
            (None, None) => None,
        }
    }

    /// When the next one is due, of those that wait.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        let due = self.queues.values().filter_map(|queue| match queue.state {
            State::Due(due) => Some(due),
            _ => None,
        });
        due.min()
    }

    /// Failed tries of the first event.
    pub(crate) fn tries(&self, key: Key) -> u32 {
        self.queues.get(&key).map_or(0, |queue| queue.tries)
    }

    /// Its first event is done, or parked.
    pub(crate) fn done(&mut self, key: Key) {
        if let Some(queue) = self.queues.get_mut(&key) {
            queue.listed.pop_front();
            (queue.tries, queue.state) = (0, State::Ready);
        }
        self.remove_if_empty(key);
    }

    /// Its first event has to be tried again. `is_try`: the one that failed counts.
    pub(crate) fn delay(&mut self, key: Key, is_try: bool, now: Instant) {
        let Some(queue) = self.queues.get_mut(&key) else { return };
        if planted("failing-overtaken") && queue.listed.len() > 1 {
            queue.state = State::Ready;
            return queue.listed.rotate_left(1);
        }
        queue.rest = queue.listed.get(1).copied().or(queue.rest);
        queue.listed.truncate(1);
        queue.tries += u32::from(is_try);
        let doubled = BACKOFF_MIN.saturating_mul(1 << queue.tries.saturating_sub(1).min(16));
        queue.state = State::Due(now + doubled.min(BACKOFF_MAX));
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
    pub(crate) fn unfilled(&mut self, account: Key, now: Instant) {
        if let Some(queue) = self.queues.get_mut(&account) {
            queue.state = State::Due(now + BACKOFF_MIN);
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deliver(key: Key, position: i64, tries: u32) -> Option<Next> {
        Some(Next::Deliver { key, position, tries })
    }

    #[tokio::test(start_paused = true)]
    async fn an_account_waits_for_its_own_event_and_keeps_no_other_waiting() {
        let (mut queues, now) = (Queues::default(), Instant::now());
        for (account, position) in [(7, 1), (7, 2), (8, 3), (7, 4)] {
            queues.push(account, position);
        }
        assert_eq!(queues.next(now), deliver(7, 1, 1));
        assert_eq!(queues.next(now), deliver(8, 3, 1));
        assert_eq!(queues.next(now), None, "one at a time of an account");
        queues.delay(7, true, now);
        queues.push(7, 5);
        queues.done(8);
        assert_eq!(queues.next(now), None);
        let open = Open { account: 7, tries: 1, positions: vec![1], rest: Some(2) };
        assert_eq!(queues.open(), [open], "what waits behind it takes no room");
        let later = now + BACKOFF_MIN;
        assert_eq!(queues.next_due(), Some(later));
        assert_eq!(queues.next(later), deliver(7, 1, 2));
        queues.done(7);
        assert_eq!(queues.next(later), Some(Next::Fill { account: 7, from: 2 }));
        queues.push(7, 6);
        queues.push(7, 9);
        assert_eq!(queues.open()[0].rest, Some(2), "they are not done before they are found");
        queues.filled(7, vec![2, 4], Some(5));
        assert_eq!(queues.next(later), deliver(7, 2, 1));
        queues.done(7);
        assert_eq!(queues.next(later), deliver(7, 4, 1));
        queues.done(7);
        assert_eq!(queues.next(later), Some(Next::Fill { account: 7, from: 5 }));
        queues.filled(7, vec![5, 6, 9], None);
        queues.push(7, 10);
        for position in [5, 6, 9, 10] {
            assert_eq!(queues.next(later), deliver(7, position, 1));
            queues.done(7);
        }
        assert!(queues.open().is_empty() && queues.queues.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn what_came_while_others_were_looked_up_is_not_forgotten() {
        let open = Open { account: 7, tries: 0, positions: Vec::new(), rest: Some(2) };
        let (mut queues, now) = (Queues::of(&[open]), Instant::now());
        assert_eq!(queues.next(now), Some(Next::Fill { account: 7, from: 2 }));
        queues.push(7, 6);
        queues.filled(7, Vec::new(), None);
        assert_eq!(queues.next(now), Some(Next::Fill { account: 7, from: 6 }));
        queues.unfilled(7, now);
        assert_eq!(queues.open()[0].rest, Some(6));
        assert_eq!(queues.next(now), None);
        assert_eq!(queues.next(now + BACKOFF_MIN), Some(Next::Fill { account: 7, from: 6 }));
        queues.filled(7, Vec::new(), None);
        assert!(queues.queues.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn there_is_room_for_so_many_accounts_and_so_many_events() {
        let mut queues = Queues::default();
        for account in 0..128 {
            assert!(queues.has_room());
            queues.push(account, account + 1);
        }
        assert!(!queues.has_room());
        let mut queues = Queues::default();
        for position in 0..256 {
            assert!(queues.has_room());
            queues.push(7, position + 1);
        }
        assert!(!queues.has_room());
        assert_eq!(queues.next(Instant::now()), deliver(7, 1, 1));
        queues.delay(7, true, Instant::now());
        assert!(queues.has_room(), "one that waits holds nothing up");
    }
}
