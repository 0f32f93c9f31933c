//! How much of the log is used, and by whom within a day: what quotas and the log's reserve are asked of.
//!
//! The log itself is the record. Whoever follows it counts here what passes ([`Usage::counted`]); what this process
//! appends counts from the moment at which it is about to ([`Usage::hold`]) until it has passed. So the sum is that of
//! all dispatchers, survives every restart, and costs no write; what other processes have under way at this moment is
//! missing from it.

mod days;
mod decisions;
mod room;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{AccountId, Sequence};
use time::OffsetDateTime;

pub use self::days::Used;
use self::days::{DAY, Days};
use self::decisions::Decisions;
pub use self::room::Room;
use self::room::RoomCell;

/// What one account may append within a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    pub events_max: u64,
    pub bytes_max: u64,
}

impl Quota {
    /// None at all.
    pub const UNLIMITED: Self = Self { events_max: u64::MAX, bytes_max: u64::MAX };

    fn covers(&self, used: Used) -> bool {
        used.events <= self.events_max && used.bytes <= self.bytes_max
    }
}

/// An account has used up its quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the account has used up its quota of the day")]
pub struct QuotaExceeded {
    /// Until then enough of what it used is a day old.
    pub wait: Duration,
}

/// Shared by the one who follows the log and those who append to it.
#[derive(Debug, Default)]
pub struct Usage {
    room: RoomCell,
    decisions: Decisions,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    days: Days,
    /// Up to this sequence the log has been counted.
    through: Sequence,
    /// Of appends by this process that have not been counted: those under way, and those in `appended`.
    own: HashMap<AccountId, Used>,
    /// By the sequence of their last event.
    appended: BTreeMap<Sequence, (AccountId, Used)>,
}

impl Usage {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        // A panic while the lock was held cannot leave it half changed: nothing in there fails.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How full the log is; `None` until that was seen.
    pub fn room(&self) -> Option<Room> {
        self.room.get()
    }

    /// What the log's server says of it.
    pub fn saw_room(&self, room: Room) {
        self.room.set(room);
    }

    /// An event that says what was decided about an account. Whoever follows the log tells of each, also of one that was
    /// told before.
    pub fn saw_decision(&self, sequence: Sequence) {
        self.decisions.add(sequence);
    }

    /// The first decision that was not heeded yet; waits for one.
    pub async fn decision(&self) -> Sequence {
        self.decisions.first().await
    }

    /// What [`Self::decision`] gave need not be given again.
    pub fn heeded(&self, decision: Sequence) {
        self.decisions.remove(decision);
    }

    /// The log is read from behind this sequence on: nothing is counted yet.
    pub fn restart(&self, after: Sequence) {
        let mut inner = self.inner();
        inner.days = Days::default();
        inner.through = Sequence::ZERO;
        inner.pass(after);
    }

    /// An event of the log, in its order. Events without an actor are nobody's.
    pub fn counted(&self, sequence: Sequence, actor: Option<AccountId>, bytes: u64, at: OffsetDateTime) {
        let mut inner = self.inner();
        if let Some(account) = actor {
            inner.days.add(account, Used { events: 1, bytes }, at, OffsetDateTime::now_utc());
        }
        inner.pass(sequence);
    }

    /// What the account has used within the last day, with what it is about to.
    pub fn used_by(&self, account: AccountId) -> Used {
        self.inner().used_by(account, OffsetDateTime::now_utc())
    }

    /// Accounts, each once per hour in which it was active: what the memory grows with.
    pub fn entries(&self) -> usize {
        self.inner().days.entries()
    }

    /// Whether the account may append one more event of no size, so that nothing is done for one that may not.
    pub fn ask(&self, account: AccountId, quota: &Quota) -> Result<(), QuotaExceeded> {
        self.inner().require(account, Used { events: 1, bytes: 0 }, quota, OffsetDateTime::now_utc())
    }

    /// Counts what the account is about to append.
    pub fn hold(
        self: &Arc<Self>,
        account: AccountId,
        wanted: Used,
        quota: &Quota,
    ) -> Result<Held, QuotaExceeded> {
        let mut inner = self.inner();
        inner.require(account, wanted, quota, OffsetDateTime::now_utc())?;
        *inner.own.entry(account).or_default() += wanted;
        Ok(Held { usage: Arc::clone(self), account, wanted, is_settled: false })
    }
}

impl Inner {
    fn used_by(&self, account: AccountId, now: OffsetDateTime) -> Used {
        self.days.used_by(account, now) + self.own.get(&account).copied().unwrap_or_default()
    }

    fn require(
        &self,
        account: AccountId,
        wanted: Used,
        quota: &Quota,
        now: OffsetDateTime,
    ) -> Result<(), QuotaExceeded> {
        let own = self.own.get(&account).copied().unwrap_or_default() + wanted;
        if quota.covers(self.days.used_by(account, now) + own) {
            return Ok(());
        }
        let fits = |left: Used| quota.covers(left + own);
        Err(QuotaExceeded { wait: self.days.wait_until(account, now, fits).unwrap_or(DAY) })
    }

    fn pass(&mut self, through: Sequence) {
        self.through = self.through.max(through);
        while let Some(entry) = self.appended.first_entry()
            && *entry.key() <= self.through
        {
            let (account, used) = entry.remove();
            self.release(account, used);
        }
    }

    fn release(&mut self, account: AccountId, used: Used) {
        if let Some(own) = self.own.get_mut(&account) {
            *own -= used;
            if *own == Used::default() {
                self.own.remove(&account);
            }
        }
    }
}

/// What an account is about to append. Dropped without [`Held::appended`] it counts no more: either it is not in the
/// log, or whoever follows the log will find it there.
#[derive(Debug)]
pub struct Held {
    usage: Arc<Usage>,
    account: AccountId,
    wanted: Used,
    is_settled: bool,
}

impl Held {
    /// It is in the log, its last event at this sequence.
    pub fn appended(mut self, last: Sequence) {
        self.usage.room.add(self.wanted.bytes);
        let mut inner = self.usage.inner();
        // Where the append was a repetition, the other one has this sequence.
        if last > inner.through && !inner.appended.contains_key(&last) {
            inner.appended.insert(last, (self.account, self.wanted));
            self.is_settled = true;
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.is_settled {
            self.usage.inner().release(self.account, self.wanted);
        }
    }
}

#[cfg(test)]
mod tests;
