//! Tries to prove who one is: what slows down whoever guesses, and not the owner.
//!
//! A try is counted before the password is verified and forgotten when it was right: counting failures afterwards
//! would let any number of guesses through that are made at the same moment. Some tries are free; after them each has to
//! wait twice as long as the one before, until nobody has tried for [`ATTEMPTS_AGE_MAX`](event_store::buckets::ATTEMPTS_AGE_MAX).
//!
//! Who comes from a place from which the owner logged in before, is counted for that place alone. All strangers share
//! what is counted for the handle, and what failed from their address. So guessing from many places slows down
//! strangers, and the owner gets in. An address is counted afterwards, because many people may log in from one at the same
//! moment; what that lets through is bounded by how many passwords are verified at once.

use std::sync::Arc;
use std::time::Duration;

use domain::{AccountId, Handle, Token};
use event_store::buckets::{self, Bucket, BucketError, Change};
use http_kit::ClientAddress;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// Of one handle from one place, or of one account's second factor.
pub const FREE_TRIES: u32 = 10;
/// Of one handle, by all strangers together.
pub const FREE_TRIES_OF_STRANGERS: u32 = 20;
/// From one address, at all handles of whose owners it is no known place.
pub const FREE_TRIES_PER_ADDRESS: u32 = 50;
/// Before the first try that is not free.
pub const FIRST_DELAY: Duration = Duration::from_secs(15);
/// Shorter than the bucket remembers, so that the count goes on while somebody goes on.
pub const DELAY_MAX: Duration = Duration::from_secs(600);
const _: () = assert!(DELAY_MAX.as_secs() < buckets::ATTEMPTS_AGE_MAX.as_secs());

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    Allowed,
    /// Too many failed; the time until the next one is allowed.
    Refused(Duration),
}

/// What is tried, and by whom.
#[derive(Debug, Clone)]
pub enum Try<'of> {
    /// From a device that the owner used.
    Device {
        account: AccountId,
        device: Uuid,
    },
    /// From an address from which the owner logged in.
    KnownAddress {
        handle: &'of Handle,
        address: ClientAddress,
    },
    Stranger {
        handle: &'of Handle,
        address: ClientAddress,
    },
    /// The password once more, by somebody who is logged in.
    Password(AccountId),
    /// The second factor, once the password was right.
    Code(AccountId),
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct FailedTries {
    tries: u32,
    #[serde(with = "time::serde::timestamp")]
    last: OffsetDateTime,
}

#[derive(Debug, Clone)]
pub struct Attempts {
    bucket: Arc<dyn Bucket>,
}

impl Attempts {
    pub fn new(bucket: Arc<dyn Bucket>) -> Self {
        Self { bucket }
    }

    /// Counts a try, unless there were too many.
    pub async fn begin(&self, attempt: &Try<'_>, now: OffsetDateTime) -> Result<Attempt, BucketError> {
        if let Some(address) = attempt.address() {
            let known = buckets::get(&*self.bucket, &address).await?;
            let left = left(alive(known, now), FREE_TRIES_PER_ADDRESS, now);
            if let Some(left) = left {
                return Ok(Attempt::Refused(left));
            }
        }
        for (key, free) in attempt.counters() {
            match self.count(&key, free, now).await {
                Ok(Attempt::Allowed) => {}
                Ok(refused) => return Ok(refused),
                // Whoever filled it must not keep out the owner.
                Err(BucketError::Full { .. }) if attempt.is_known() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Attempt::Allowed)
    }

    /// Counts for a stranger's address that the try failed.
    pub async fn failed(&self, attempt: &Try<'_>, now: OffsetDateTime) -> Result<(), BucketError> {
        let Some(address) = attempt.address() else { return Ok(()) };
        buckets::change(&*self.bucket, &address, |known: Option<FailedTries>| {
            let tries = alive(known, now).map_or(0, |known| known.tries);
            Change::Put(FailedTries { tries: tries.saturating_add(1), last: now }, ())
        })
        .await
    }

    /// Takes the last try back: it was no guess, but not enough either.
    pub async fn forgive(&self, attempt: &Try<'_>) -> Result<(), BucketError> {
        for (key, _) in attempt.counters() {
            self.take_back(&key).await?;
        }
        Ok(())
    }

    /// Forgets the tries from this place, because the last one was right. What strangers share keeps all but that one.
    pub async fn clear(&self, attempt: &Try<'_>) -> Result<(), BucketError> {
        let mut counters = attempt.counters().into_iter();
        if let Some((own, _)) = counters.next() {
            buckets::delete(&*self.bucket, &own).await?;
        }
        for (shared, _) in counters {
            self.take_back(&shared).await?;
        }
        Ok(())
    }

    async fn count(&self, key: &str, free: u32, now: OffsetDateTime) -> Result<Attempt, BucketError> {
        buckets::change(&*self.bucket, key, |known: Option<FailedTries>| {
            let known = alive(known, now);
            match left(known, free, now) {
                Some(left) => Change::Keep(Attempt::Refused(left)),
                None => {
                    let tries = known.map_or(0, |known| known.tries).saturating_add(1);
                    Change::Put(FailedTries { tries, last: now }, Attempt::Allowed)
                }
            }
        })
        .await
    }

    async fn take_back(&self, key: &str) -> Result<(), BucketError> {
        buckets::change(&*self.bucket, key, |known: Option<FailedTries>| match known {
            None => Change::Keep(()),
            Some(FailedTries { tries: 0 | 1, .. }) => Change::Delete(()),
            Some(known) => Change::Put(FailedTries { tries: known.tries - 1, ..known }, ()),
        })
        .await
    }
}

impl Try<'_> {
    /// Whether it is a place of the owner's.
    fn is_known(&self) -> bool {
        matches!(self, Self::Device { .. } | Self::KnownAddress { .. })
    }

    /// Under what the failures from a stranger's address are counted.
    fn address(&self) -> Option<String> {
        match self {
            Self::Stranger { address, .. } => {
                Some(format!("address.{}", Token::encode(&address.to_string())))
            }
            _ => None,
        }
    }

    /// What is counted, with the number of tries that are free: first what belongs to the place alone.
    fn counters(&self) -> Vec<(String, u32)> {
        let of_place = |handle: &Handle, address: &ClientAddress| {
            format!("place.{}.{}", Token::encode(handle.as_str()), Token::encode(&address.to_string()))
        };
        match self {
            Self::Device { account, device } => {
                vec![(format!("device.{account}.{}", device.simple()), FREE_TRIES)]
            }
            Self::KnownAddress { handle, address } => vec![(of_place(handle, address), FREE_TRIES)],
            Self::Stranger { handle, address } => vec![
                (of_place(handle, address), FREE_TRIES),
                (format!("handle.{}", Token::encode(handle.as_str())), FREE_TRIES_OF_STRANGERS),
            ],
            Self::Password(account) => vec![(format!("password.{account}"), FREE_TRIES)],
            Self::Code(account) => vec![(format!("code.{account}"), FREE_TRIES)],
        }
    }
}

/// Without tries that are forgotten.
fn alive(known: Option<FailedTries>, now: OffsetDateTime) -> Option<FailedTries> {
    known.filter(|known| now - known.last < buckets::ATTEMPTS_AGE_MAX)
}

/// How long the next try has to wait from now on, if it has to.
fn left(known: Option<FailedTries>, free: u32, now: OffsetDateTime) -> Option<Duration> {
    let known = known?;
    let left = Duration::try_from(known.last + delay(known.tries, free) - now).ok()?;
    (!left.is_zero()).then_some(left)
}

/// How long the next try has to wait, from the last one on.
fn delay(tries: u32, free: u32) -> Duration {
    match tries.checked_sub(free) {
        None => Duration::ZERO,
        Some(more) => FIRST_DELAY.saturating_mul(1_u32.checked_shl(more).unwrap_or(u32::MAX)).min(DELAY_MAX),
    }
}
