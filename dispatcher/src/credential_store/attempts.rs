//! Tries to log in, by handle and address.
//!
//! A try is counted before the password is verified and forgotten when it was right: counting failures afterwards
//! would let any number of guesses through that are made at the same moment.

use std::sync::Arc;
use std::time::Duration;

use domain::{Handle, Token};
use event_store::buckets::{self, ATTEMPTS_AGE_MAX, Bucket, BucketError, Change};
use http_kit::ClientAddress;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Failed tries of one handle from one address within [`ATTEMPTS_WINDOW`].
pub const ATTEMPTS_MAX: u32 = 10;
/// Counted from the first of them.
pub const ATTEMPTS_WINDOW: Duration = ATTEMPTS_AGE_MAX;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    Allowed,
    /// Too many failed; the time until the next one is allowed.
    Refused(Duration),
}

#[derive(Serialize, Deserialize)]
struct FailedTries {
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
        address: ClientAddress,
        now: OffsetDateTime,
    ) -> Result<Attempt, BucketError> {
        buckets::change(&*self.bucket, &key(handle, address), |known: Option<FailedTries>| {
            let known = known.filter(|tries| now - tries.since < ATTEMPTS_WINDOW);
            let failed = known.unwrap_or(FailedTries { tries: 0, since: now });
            if failed.tries < ATTEMPTS_MAX {
                return Change::Put(FailedTries { tries: failed.tries + 1, ..failed }, Attempt::Allowed);
            }
            let left = failed.since + ATTEMPTS_WINDOW - now;
            Change::Keep(Attempt::Refused(left.try_into().unwrap_or_default()))
        })
        .await
    }

    /// Forgets the tries, because the last one was right.
    pub async fn clear(&self, handle: &Handle, address: ClientAddress) -> Result<(), BucketError> {
        buckets::delete(&*self.bucket, &key(handle, address)).await
    }
}

fn key(handle: &Handle, address: ClientAddress) -> String {
    format!("{}.{}", Token::encode(handle.as_str()), Token::encode(&address.to_string()))
}
