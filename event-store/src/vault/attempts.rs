//! Tries to log in, by handle and address.
//!
//! A try is counted before the password is verified and forgotten when it was right: counting failures afterwards
//! would let any number of guesses through that are made at the same moment.

use std::sync::Arc;
use std::time::Duration;

use domain::{Handle, Token};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::bucket::{self, Bucket, Change, VaultError};

/// Failed tries of one handle from one address within [`ATTEMPTS_WINDOW`].
pub const ATTEMPTS_MAX: u32 = 10;
/// Counted from the first of them.
pub const ATTEMPTS_WINDOW: Duration = Duration::from_secs(15 * 60);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    Allowed,
    /// Too many failed; the time until the next one is allowed.
    Refused(Duration),
}

#[derive(Serialize, Deserialize)]
struct Tally {
    tries: u32,
    #[serde(with = "time::serde::timestamp")]
    since: OffsetDateTime,
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
    pub async fn begin(
        &self,
        handle: &Handle,
        address: &str,
        now: OffsetDateTime,
    ) -> Result<Attempt, VaultError> {
        bucket::change(&*self.bucket, &key(handle, address), |known: Option<Tally>| {
            let known = known.filter(|tally| now - tally.since < ATTEMPTS_WINDOW);
            let tally = known.unwrap_or(Tally { tries: 0, since: now });
            if tally.tries < ATTEMPTS_MAX {
                return Change::Put(Tally { tries: tally.tries + 1, ..tally }, Attempt::Allowed);
            }
            let left = tally.since + ATTEMPTS_WINDOW - now;
            Change::Keep(Attempt::Refused(left.try_into().unwrap_or_default()))
        })
        .await
    }

    /// Forgets the tries, because the last one was right.
    pub async fn clear(&self, handle: &Handle, address: &str) -> Result<(), VaultError> {
        bucket::delete(&*self.bucket, &key(handle, address)).await
    }
}

fn key(handle: &Handle, address: &str) -> String {
    format!("{}.{}", Token::encode(handle.as_str()), Token::encode(address))
}
