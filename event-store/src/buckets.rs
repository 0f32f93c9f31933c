//! What must be kept beside the log and is no event: an event is for ever and for everybody who reads the log; what
//! lies here is private and can be deleted.
//!
//! ```text
//!   bucket           key                  value                       kept for
//!   CREDENTIALS_0    account              argon2id PHC string         ever
//!   SESSIONS_0       account              its refresh families        30 days from the last change
//!   KEYS_0           ring                 every signing key           ever
//!   ATTEMPTS_0       handle.address, …    failed tries, and since     15 min from the last change
//!                    oidc.authorization   that it was used up
//!   OWNERS_0         account.what         what proves who the owner is    ever
//!                    oidc.subject         whose the log-in at a provider is
//!                    requests             who waits for approval
//!   REVOCATIONS_0    part                 what is void of its accounts    ever
//!   MAILS_0          address              how many mails it got       24 h from the last change
//!   REGISTRATIONS_0  invitations          uses that are left          a year from the last change
//!   JOBS_0           job.start            how a window of a job went      60 days from the last change
//!   CONSUMERS_0      durable.name         how far a command's durable is  ever
//!                    names                which durables there are
//!   WEBHOOKS_0       webhooks             which webhooks there are        ever
//!                    durable.id           how far each is
//! ```
//!
//! A [`Bucket`] does nothing but read an entry and replace it at a known revision. What belongs together is one entry,
//! so that it changes as a whole or not at all. What the entries mean is the dispatcher's business, and only it may
//! touch them, but KEYS, REVOCATIONS and REGISTRATIONS, which the operator's user `keys` reaches, too; those of JOBS and
//! CONSUMERS belong to whoever runs jobs and commands over the log, and those of WEBHOOKS to the relays, which see how far
//! commands are, too.

mod bucket;
mod in_memory;
mod lease;

use std::sync::Arc;
use std::time::Duration;

pub use self::bucket::{Bucket, BucketEntry, BucketError, Change, Written, change, delete, get, get_revised};
pub use self::in_memory::InMemoryBucket;
pub use self::lease::LastBeat;

/// Refresh families that nobody refreshes.
pub const SESSION_AGE_MAX: Duration = Duration::from_secs(30 * 24 * 3_600);
/// Invitations that nobody touches.
pub const REGISTRATIONS_AGE_MAX: Duration = Duration::from_secs(366 * 24 * 3_600);
/// Failed tries to log in.
pub const ATTEMPTS_AGE_MAX: Duration = Duration::from_secs(15 * 60);

/// How many mails an address got.
pub const MAILS_AGE_MAX: Duration = Duration::from_secs(24 * 3_600);

/// What is known of a job's window. An older one that is run again is run as if it never was.
pub const JOBS_AGE_MAX: Duration = Duration::from_secs(60 * 24 * 3_600);

/// A bucket that lies beside every log.
#[derive(Debug, Clone, Copy)]
pub struct BucketKind {
    /// Without the shard: `SESSIONS`.
    pub name: &'static str,
    pub description: &'static str,
    /// How long an entry is kept from its last change on; `None`: for ever.
    pub age_max: Option<Duration>,
    /// `None`: it grows with the accounts, so the installation says how large it may get.
    pub bytes_max: Option<i64>,
}

pub const CREDENTIALS: BucketKind =
    BucketKind { name: "CREDENTIALS", description: "Password hashes.", age_max: None, bytes_max: None };
pub const SESSIONS: BucketKind = BucketKind {
    name: "SESSIONS",
    description: "Refresh families.",
    age_max: Some(SESSION_AGE_MAX),
    bytes_max: None,
};
/// Some ten keys are about 3 KB.
pub const SIGNING_KEYS: BucketKind = BucketKind {
    name: "KEYS",
    description: "The keys that sign access tokens.",
    age_max: None,
    bytes_max: Some(1 << 20),
};
/// About 400,000 pairs of handle and address, far more than the password hashing lets through in 15 minutes.
pub const ATTEMPTS: BucketKind = BucketKind {
    name: "ATTEMPTS",
    description: "Failed tries to log in.",
    age_max: Some(ATTEMPTS_AGE_MAX),
    bytes_max: Some(64 << 20),
};

pub const OWNERS: BucketKind = BucketKind {
    name: "OWNERS",
    description: "Known devices, personal tokens, addresses, second factors, log-ins at providers, and who waits to be registered.",
    age_max: None,
    bytes_max: None,
};
/// Sixteen parts of at most 256 KiB, twice while one is replaced.
pub const REVOCATIONS: BucketKind = BucketKind {
    name: "REVOCATIONS",
    description: "Tokens that are void before they expire.",
    age_max: None,
    bytes_max: Some(16 << 20),
};
/// About 100,000 addresses a day.
pub const MAILS: BucketKind = BucketKind {
    name: "MAILS",
    description: "How many mails an address got.",
    age_max: Some(MAILS_AGE_MAX),
    bytes_max: Some(16 << 20),
};

/// An entry of at most 64 KiB, twice while it is replaced.
pub const REGISTRATIONS: BucketKind = BucketKind {
    name: "REGISTRATIONS",
    description: "Invitations.",
    age_max: Some(REGISTRATIONS_AGE_MAX),
    bytes_max: Some(4 << 20),
};

/// About 100,000 windows: a job of every minute has 86,400 in 60 days.
pub const JOBS: BucketKind = BucketKind {
    name: "JOBS",
    description: "How the windows of jobs went.",
    age_max: Some(JOBS_AGE_MAX),
    bytes_max: Some(64 << 20),
};

/// 32 entries of at most 64 KiB, twice while they are replaced.
pub const CONSUMERS: BucketKind = BucketKind {
    name: "CONSUMERS",
    description: "How far the durables of commands are.",
    age_max: None,
    bytes_max: Some(8 << 20),
};

/// 33 entries of at most 64 KiB, twice while they are replaced, and those of webhooks that went while a relay died.
pub const WEBHOOKS: BucketKind = BucketKind {
    name: "WEBHOOKS",
    description: "Webhooks, their secrets, and how far each is.",
    age_max: None,
    bytes_max: Some(8 << 20),
};

pub const BUCKETS: [BucketKind; 11] = [
    CREDENTIALS,
    SESSIONS,
    SIGNING_KEYS,
    ATTEMPTS,
    OWNERS,
    REVOCATIONS,
    MAILS,
    REGISTRATIONS,
    JOBS,
    CONSUMERS,
    WEBHOOKS,
];

/// What they reserve together, where each that grows with the accounts is bounded to so much.
pub fn bytes_max(growing: i64) -> i64 {
    BUCKETS.iter().map(|bucket| bucket.bytes_max.unwrap_or(growing)).sum()
}

/// The buckets beside a log. Clones share everything.
#[derive(Debug, Clone)]
pub struct Buckets {
    pub credentials: Arc<dyn Bucket>,
    pub sessions: Arc<dyn Bucket>,
    pub signing_keys: Arc<dyn Bucket>,
    pub attempts: Arc<dyn Bucket>,
    pub owners: Arc<dyn Bucket>,
    pub revocations: Arc<dyn Bucket>,
    pub mails: Arc<dyn Bucket>,
    pub registrations: Arc<dyn Bucket>,
    pub jobs: Arc<dyn Bucket>,
    pub consumers: Arc<dyn Bucket>,
    pub webhooks: Arc<dyn Bucket>,
}

impl Buckets {
    /// Each in memory, for tests.
    pub fn in_memory() -> Self {
        let bucket = || Arc::new(InMemoryBucket::default());
        Self {
            credentials: bucket(),
            sessions: bucket(),
            signing_keys: bucket(),
            attempts: bucket(),
            owners: bucket(),
            revocations: bucket(),
            mails: bucket(),
            registrations: bucket(),
            jobs: bucket(),
            consumers: bucket(),
            webhooks: bucket(),
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_broker_needs_as_much_room_for_them_as_is_documented() {
        assert_eq!(super::bytes_max(0), 181 << 20, "docs/DEPLOYMENT.md says so");
    }
}
