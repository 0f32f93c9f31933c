//! What must be kept and is no event: password hashes, refresh families, signing keys, failed tries.
//!
//! ```text
//!   bucket           key                  value                       kept for
//!   CREDENTIALS_0    account              argon2id PHC string         ever
//!   SESSIONS_0       account              its refresh families        30 days from the last change
//!   KEYS_0           ring                 every signing key           ever
//!   ATTEMPTS_0       handle.address       failed tries, and since     15 min from the last change
//! ```
//!
//! An event is for ever and for everybody who reads the log; these have to be deletable and private, so they stand
//! beside it, in key-value buckets of the same broker that only the dispatcher may touch. Nothing here shows a value in
//! its `Debug` form.
//!
//! Each store is typed and small; all of them stand on [`Bucket`], which does nothing but read an entry and replace it
//! at a known revision. What belongs together is one entry, so that it changes as a whole or not at all.

mod attempts;
mod bucket;
mod credentials;
mod in_memory;
mod jet_stream;
mod sessions;
mod signing_keys;

use std::sync::Arc;

use async_nats::Client;
use domain::Shard;

use crate::write_error::WriteErrors;

pub use self::attempts::{ATTEMPTS_MAX, ATTEMPTS_WINDOW, Attempt, Attempts};
pub use self::bucket::{Bucket, BucketEntry, VaultError, Written};
pub use self::credentials::{Credentials, PasswordHash};
pub use self::in_memory::InMemoryBucket;
pub use self::jet_stream::{BucketConfig, JetStreamBucket};
pub use self::sessions::{
    Family, FamilySecret, Rotation, SESSION_AGE_MAX, SESSIONS_PER_ACCOUNT_MAX, SecretHash, Sessions,
};
pub use self::signing_keys::{KeyRing, SigningKeys, StoredKey};

/// Some ten keys are about 3 KB.
const KEYS_BYTES_MAX: i64 = 1 << 20;
/// About 400,000 pairs of handle and address, far more than the password hashing lets through in 15 minutes.
const ATTEMPTS_BYTES_MAX: i64 = 64 << 20;

/// Of the two buckets that do not grow with the accounts.
pub(crate) const SMALL_BYTES_MAX: i64 = KEYS_BYTES_MAX + ATTEMPTS_BYTES_MAX;
pub(crate) const BUCKETS: [&str; 4] = ["CREDENTIALS", "SESSIONS", "KEYS", "ATTEMPTS"];

/// Clones share everything.
#[derive(Debug, Clone)]
pub struct Vault {
    pub credentials: Credentials,
    pub sessions: Sessions,
    pub signing_keys: SigningKeys,
    pub attempts: Attempts,
}

impl Vault {
    /// On the buckets of another implementation, which keeps entries for as long as the table above says.
    pub fn on(
        credentials: Arc<dyn Bucket>,
        sessions: Arc<dyn Bucket>,
        signing_keys: Arc<dyn Bucket>,
        attempts: Arc<dyn Bucket>,
    ) -> Self {
        Self {
            credentials: Credentials::new(credentials),
            sessions: Sessions::new(sessions),
            signing_keys: SigningKeys::new(signing_keys),
            attempts: Attempts::new(attempts),
        }
    }

    /// Finds the shard's buckets or makes them. `bytes_max` bounds each of the two that grow with the accounts.
    pub async fn open(
        errors: &WriteErrors,
        shard: Shard,
        replicas: usize,
        bytes_max: i64,
    ) -> Result<Self, VaultError> {
        let open = async |name, description, bytes_max, age_max| {
            let config = BucketConfig { name, description, bytes_max, age_max };
            JetStreamBucket::find_or_make(errors, shard, replicas, config).await.map(into_shared)
        };
        Ok(Self::on(
            open("CREDENTIALS", "Password hashes.", bytes_max, None).await?,
            open("SESSIONS", "Refresh families.", bytes_max, Some(SESSION_AGE_MAX)).await?,
            open("KEYS", "The keys that sign access tokens.", KEYS_BYTES_MAX, None).await?,
            open("ATTEMPTS", "Failed tries to log in.", ATTEMPTS_BYTES_MAX, Some(ATTEMPTS_WINDOW)).await?,
        ))
    }

    /// Each store on a bucket of its own in memory, for tests.
    pub fn in_memory() -> Self {
        let bucket = || into_shared(InMemoryBucket::default());
        Self::on(bucket(), bucket(), bucket(), bucket())
    }
}

/// The signing keys alone, for the operator's tool. Fails where no dispatcher has made the bucket yet.
pub async fn find_signing_keys(client: Client, shard: Shard) -> Result<SigningKeys, VaultError> {
    JetStreamBucket::find(&WriteErrors::new(client), shard, "KEYS")
        .await
        .map(into_shared)
        .map(SigningKeys::new)
}

fn into_shared(bucket: impl Bucket + 'static) -> Arc<dyn Bucket> {
    Arc::new(bucket)
}
