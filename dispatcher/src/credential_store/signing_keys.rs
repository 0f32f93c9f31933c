//! The keys that sign access tokens: one ring, so that adding a key and retiring the others is one change, and of two
//! dispatchers that start at the same time one makes the first key and the other takes it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use event_store::buckets::{self, Bucket, BucketError, Change};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

const RING: &str = "ring";

/// A private key as PKCS#8 in PEM.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredKey {
    pem: String,
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// From then on it signs nothing new.
    #[serde(with = "time::serde::rfc3339::option")]
    pub retired_at: Option<OffsetDateTime>,
    /// When the last personal token that it signed has expired.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub needed_until: Option<OffsetDateTime>,
}

impl StoredKey {
    pub fn new(pem: impl Into<String>, created_at: OffsetDateTime) -> Self {
        Self { pem: pem.into(), created_at, retired_at: None, needed_until: None }
    }

    pub fn expose_pem(&self) -> &str {
        &self.pem
    }
}

impl fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { created_at, retired_at, .. } = self;
        f.debug_struct("StoredKey")
            .field("created_at", created_at)
            .field("retired_at", retired_at)
            .finish_non_exhaustive()
    }
}

/// Every key that signs, or whose tokens may still be good, by its name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyRing {
    pub keys: BTreeMap<String, StoredKey>,
}

impl KeyRing {
    /// The key to sign with: the newest that is not retired.
    pub fn signing(&self) -> Option<(&String, &StoredKey)> {
        let in_use = self.keys.iter().filter(|(_, key)| key.retired_at.is_none());
        in_use.max_by_key(|(kid, key)| (key.created_at, *kid))
    }

    /// Without the keys that were retired longer ago than `keep` and signed no personal token that is still good.
    #[must_use]
    pub fn without_expired(mut self, now: OffsetDateTime, keep: Duration) -> Self {
        self.keys.retain(|_, key| {
            let is_needed = key.needed_until.is_some_and(|until| now < until);
            is_needed || key.retired_at.is_none_or(|retired_at| now - retired_at < keep)
        });
        self
    }
}

#[derive(Debug, Clone)]
pub struct SigningKeys {
    bucket: Arc<dyn Bucket>,
}

impl SigningKeys {
    pub fn new(bucket: Arc<dyn Bucket>) -> Self {
        Self { bucket }
    }

    /// The ring, after making the first key where none signs, and forgetting those retired longer ago than `keep`.
    /// The first caller decides which key that is; the fresh keys of the others are dropped.
    pub async fn ensure(&self, fresh: (String, StoredKey), keep: Duration) -> Result<KeyRing, BucketError> {
        let now = fresh.1.created_at;
        buckets::change(&*self.bucket, RING, |known: Option<KeyRing>| {
            let known = known.unwrap_or_default();
            let mut ring = known.clone().without_expired(now, keep);
            if ring.signing().is_none() {
                ring.keys.insert(fresh.0.clone(), fresh.1.clone());
            }
            if ring == known { Change::Keep(ring) } else { Change::Put(ring.clone(), ring) }
        })
        .await
    }

    /// The ring as it is; empty where no dispatcher has started yet.
    pub async fn read(&self) -> Result<KeyRing, BucketError> {
        buckets::get(&*self.bucket, RING).await.map(Option::unwrap_or_default)
    }

    /// Keeps a key at least until then. Whether there is one of that name.
    pub async fn keep_until(&self, kid: &str, until: OffsetDateTime) -> Result<bool, BucketError> {
        buckets::change(&*self.bucket, RING, |known: Option<KeyRing>| {
            let mut ring = known.unwrap_or_default();
            let Some(key) = ring.keys.get_mut(kid) else { return Change::Keep(false) };
            if key.needed_until.is_some_and(|known| known >= until) {
                return Change::Keep(true);
            }
            key.needed_until = Some(until);
            Change::Put(ring, true)
        })
        .await
    }

    /// Adds a key to sign with, and retires all others.
    pub async fn rotate(&self, fresh: (String, StoredKey), keep: Duration) -> Result<KeyRing, BucketError> {
        let now = fresh.1.created_at;
        buckets::change(&*self.bucket, RING, |known: Option<KeyRing>| {
            let mut ring = known.unwrap_or_default().without_expired(now, keep);
            for key in ring.keys.values_mut() {
                key.retired_at.get_or_insert(now);
            }
            ring.keys.insert(fresh.0.clone(), fresh.1.clone());
            Change::Put(ring.clone(), ring)
        })
        .await
    }
}
