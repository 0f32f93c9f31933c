//! The events of a webhook that were read and are not done: one at a time of each account, in its order; those of
//! other accounts go on meanwhile.
//!
//! ```text
//!   account 7   [ 256 under way ][ 768 ]          done up to 255, although 512 was taken:
//!   account 8   [ 512 taken     ][ 1024 ]         a position never passes what is open
//! ```
//!
//! Where so many accounts fail at the same time, it is the receiver that fails: no other is tried until one gets
//! through or is parked. So an outage parks few events, and what comes after waits.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use domain::{AccountId, Position, Sequence};
use time::OffsetDateTime;
use tokio::time::Instant;
use uuid::Uuid;

use super::work::Failing;
use crate::events::Chunk;

/// Events of a webhook that are not done. After a crash, those of them that were taken come again. So many that no account
/// reaches it by itself, within its rates, while an event of its waits to be parked: nothing more would be read then.
const ITEMS_MAX: usize = 4_000;
/// Accounts whose events fail, at a time.
const FAILING_MAX: usize = 8;

/// Whose events are in order: those of an account, or those of none.
pub(super) type Owner = Option<AccountId>;

#[derive(Debug)]
pub(super) struct Window {
    queues: HashMap<Owner, VecDeque<Item>>,
    /// Those whose first event is to be tried for the first time.
    ready: VecDeque<Owner>,
    /// Those whose first event is tried again, and when.
    later: BTreeSet<(Instant, Owner)>,
    /// Those whose first event was tried and not taken, and why.
    failing: HashMap<Owner, String>,
    /// What is not done, with the time at which the log took it.
    open: BTreeMap<Position, OffsetDateTime>,
    /// All up to here was read.
    through: i64,
}

/// Not what it says: its words may be gone when it is its turn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    pub(super) position: Position,
    pub(super) id: Uuid,
    /// That failed.
    tries: u32,
}

impl Window {
    pub(super) fn behind(position: i64) -> Self {
        Self {
            queues: HashMap::new(),
            ready: VecDeque::new(),
            later: BTreeSet::new(),
            failing: HashMap::new(),
            open: BTreeMap::new(),
            through: position,
        }
    }

    pub(super) fn through(&self) -> i64 {
        self.through
    }

    /// How many more events may be taken in.
    pub(super) fn room(&self) -> usize {
        ITEMS_MAX - self.open.len()
    }

    /// Whether it is worth reading on: not for a few.
    pub(super) fn has_room(&self) -> bool {
        self.room() >= ITEMS_MAX / 2
    }

    pub(super) fn take_in(&mut self, chunk: &Chunk) {
        self.through = chunk.through;
        for line in &chunk.lines {
            let owner = line.account;
            self.open.insert(line.position, line.recorded_at);
            let items = self.queues.entry(owner).or_default();
            items.push_back(Item { position: line.position, id: line.id, tries: 0 });
            if items.len() == 1 {
                self.ready.push_back(owner);
            }
        }
    }

    /// The next event to be tried, if there is one by now. The owner's others wait until it is done.
    pub(super) fn next(&mut self, now: Instant) -> Option<(Owner, Item)> {
        let owner = match self.later.first() {
            Some((due, _)) if *due <= now => self.later.pop_first()?.1,
            _ if self.failing.len() < FAILING_MAX => self.ready.pop_front()?,
            _ => return None,
        };
        let item = *self.queues.get(&owner)?.front()?;
        Some((owner, item))
    }

    /// The first event of an owner was taken, parked or left out.
    pub(super) fn done(&mut self, owner: Owner) {
        self.failing.remove(&owner);
        let Some(items) = self.queues.get_mut(&owner) else { return };
        if let Some(item) = items.pop_front() {
            self.open.remove(&item.position);
        }
        if items.is_empty() {
            self.queues.remove(&owner);
        } else {
            self.ready.push_back(owner);
        }
    }

    /// Counts a try of the first event of an owner that failed.
    pub(super) fn failed(&mut self, owner: Owner, reason: &str) -> u32 {
        self.failing.insert(owner, reason.to_owned());
        let first = self.queues.get_mut(&owner).and_then(VecDeque::front_mut);
        first.map_or(0, |item| {
            item.tries += 1;
            item.tries
        })
    }

    pub(super) fn retry(&mut self, owner: Owner, due: Instant) {
        self.later.insert((due, owner));
    }

    /// When the next one is to be tried again.
    pub(super) fn due(&self) -> Option<Instant> {
        self.later.first().map(|(due, _)| *due)
    }

    /// All up to here is done.
    pub(super) fn position(&self) -> i64 {
        match self.open.first_key_value() {
            // No event has the sequence 0.
            Some((first, _)) => {
                let before = Sequence::new(first.sequence().get() - 1).unwrap_or_default();
                Position::new(before, first.shard()).get()
            }
            None => self.through,
        }
    }

    /// When the log took the oldest event that is not done.
    pub(super) fn oldest(&self) -> Option<OffsetDateTime> {
        self.open.first_key_value().map(|(_, recorded_at)| *recorded_at)
    }

    /// The oldest event that was tried and not taken.
    pub(super) fn worst(&self) -> Option<Failing> {
        let failing = self.failing.iter().filter_map(|(owner, reason)| {
            let item = self.queues.get(owner)?.front()?;
            let position = item.position.get();
            Some(Failing { position, tries: item.tries, reason: reason.clone() })
        });
        failing.min_by_key(|failing| failing.position)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use consumers::Line;

    use super::*;

    fn owner(account: i64) -> Owner {
        AccountId::from_i64(account)
    }

    /// Events of these accounts, the first with the sequence 1.
    fn window(accounts: &[i64]) -> Window {
        let mut window = Window::behind(0);
        let mut chunk = Chunk::behind(accounts.len() as i64 * 256);
        for (at, account) in accounts.iter().enumerate() {
            let position = Position::from_i64((at as i64 + 1) * 256).expect("positive");
            let recorded_at = OffsetDateTime::UNIX_EPOCH;
            let (json, id) = (Bytes::from_static(b"{}\n"), Uuid::nil());
            let event_type = "rookery.message.posted.v1".to_owned();
            chunk.push(Line { json, position, id, event_type, account: owner(*account), recorded_at });
        }
        window.take_in(&chunk);
        window
    }

    fn next(window: &mut Window) -> Option<(Owner, i64)> {
        window.next(Instant::now()).map(|(owner, item)| (owner, item.position.get()))
    }

    #[test]
    fn an_account_waits_for_its_own_and_no_other_and_the_position_for_all() {
        let mut window = window(&[7, 8, 7]);
        assert_eq!(next(&mut window), Some((owner(7), 256)));
        assert_eq!(next(&mut window), Some((owner(8), 512)));
        assert_eq!(next(&mut window), None, "one at a time of each");
        window.done(owner(8));
        assert_eq!((window.position(), next(&mut window)), (0, None));
        assert_eq!(window.failed(owner(7), "answered 500"), 1);
        window.retry(owner(7), Instant::now() + Duration::from_secs(60));
        assert_eq!((next(&mut window), window.worst().map(|it| it.position)), (None, Some(256)));
        window.later.clear();
        window.retry(owner(7), Instant::now());
        assert_eq!(next(&mut window), Some((owner(7), 256)));
        window.done(owner(7));
        assert_eq!((window.position(), next(&mut window)), (512, Some((owner(7), 768))));
        window.done(owner(7));
        assert_eq!((window.position(), window.room(), next(&mut window)), (768, ITEMS_MAX, None));
        assert!(window.queues.is_empty() && window.failing.is_empty(), "{window:?}");
    }

    #[test]
    fn where_many_fail_no_other_is_tried() {
        let accounts: Vec<i64> = (1..=20).collect();
        let mut window = window(&accounts);
        for account in 1..=FAILING_MAX as i64 {
            assert_eq!(next(&mut window).map(|(owner, _)| owner), Some(owner(account)));
            window.failed(owner(account), "answered 500");
            window.retry(owner(account), Instant::now() + Duration::from_secs(60));
        }
        assert_eq!(next(&mut window), None);
        window.later.pop_first();
        window.done(owner(1));
        assert_eq!(next(&mut window).map(|(owner, _)| owner), Some(owner(9)));
    }
}
