//! Claims in a key-value bucket beside the log.

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::kv::{self, CreateErrorKind, Operation, Store, UpdateErrorKind};
use async_nats::jetstream::{self, stream::StorageType};
use async_trait::async_trait;
use bytes::Bytes;
use domain::Shard;
use serde_json::Value;

use crate::api_error;
use crate::write_error::{Published, StreamWrites, WriteErrors};

use super::{CLAIM_AGE_MAX, Claim, ClaimError, ClaimName, Claims, HeldClaim, Opened};

const REQUEST_TIMEOUT: Duration = Duration::from_secs(2);
/// Tries to open a claim that is deleted and made again by others at the same time.
const TRIES_MAX: usize = 5;

#[derive(Debug, Clone)]
pub struct JetStreamClaims {
    bucket: Store,
    writes: StreamWrites,
}

fn failed(error: &dyn std::fmt::Display) -> ClaimError {
    ClaimError::Unavailable(error.to_string())
}

impl JetStreamClaims {
    /// Finds the shard's bucket or makes it.
    pub async fn open_bucket(
        errors: &WriteErrors,
        shard: Shard,
        replicas: usize,
        bytes_max: i64,
    ) -> Result<Self, ClaimError> {
        let mut context = jetstream::new(errors.client().clone());
        context.set_timeout(REQUEST_TIMEOUT);
        let name = format!("CLAIMS_{}", shard.0);
        let bucket = match context.get_key_value(&name).await {
            Ok(bucket) => bucket,
            Err(_) => context
                .create_key_value(kv::Config {
                    bucket: name,
                    description: "Idempotency keys and what came of them.".to_owned(),
                    max_age: CLAIM_AGE_MAX,
                    max_bytes: bytes_max,
                    storage: StorageType::File,
                    num_replicas: replicas,
                    history: 1,
                    ..kv::Config::default()
                })
                .await
                .map_err(|error| match api_error::is_no_room(&error) {
                    true => ClaimError::NoRoom(error.to_string()),
                    false => failed(&error),
                })?,
        };
        let writes = errors.of(&bucket.stream_name, &bucket.prefix, replicas);
        Ok(Self { bucket, writes })
    }
}

impl JetStreamClaims {
    fn require_writes(&self) -> Result<(), ClaimError> {
        self.writes.closed().map_or(Ok(()), |words| Err(ClaimError::Full(words)))
    }

    /// Whether a write failed because none can be done any more: a marker that means nothing is written to find that out.
    async fn not_written(&self, error: &(dyn std::error::Error + Send + Sync)) -> ClaimError {
        let words = error.to_string();
        let subject = format!("{}room", self.bucket.prefix);
        let (headers, nothing) = (HeaderMap::new(), Bytes::new());
        match self.writes.publish(subject, headers, nothing, REQUEST_TIMEOUT).await {
            Published::Closed(words) => ClaimError::Full(words),
            _ => ClaimError::Unavailable(words),
        }
    }
}

fn to_json(claim: &Claim) -> Result<Bytes, ClaimError> {
    serde_json::to_vec(claim).map(Bytes::from).map_err(|error| failed(&error))
}

#[async_trait]
impl Claims for JetStreamClaims {
    async fn find(&self, name: &ClaimName) -> Result<Option<HeldClaim>, ClaimError> {
        match self.bucket.entry(name.as_str()).await.map_err(|error| failed(&error))? {
            Some(entry) if entry.operation == Operation::Put => {
                let claim = serde_json::from_slice(&entry.value).map_err(|error| failed(&error))?;
                Ok(Some(HeldClaim { name: name.clone(), claim, revision: entry.revision }))
            }
            Some(_) | None => Ok(None),
        }
    }

    async fn open(&self, name: ClaimName, claim: Claim) -> Result<Opened, ClaimError> {
        let value = to_json(&claim)?;
        self.require_writes()?;
        for _ in 0..TRIES_MAX {
            match self.bucket.create(name.as_str(), value.clone()).await {
                Ok(revision) => return Ok(Opened::Made(HeldClaim { name, claim, revision })),
                Err(error) if error.kind() == CreateErrorKind::AlreadyExists => {
                    if let Some(found) = self.find(&name).await? {
                        return Ok(Opened::Found(found));
                    }
                }
                Err(error) => return Err(self.not_written(&error).await),
            }
        }
        Err(failed(&"the key is claimed and released all the time"))
    }

    async fn share(&self, mut held: HeldClaim) -> Result<Option<HeldClaim>, ClaimError> {
        held.claim.shared = true;
        self.require_writes()?;
        let value = to_json(&held.claim)?;
        match self.bucket.update(held.name.as_str(), value, held.revision).await {
            Ok(revision) => Ok(Some(HeldClaim { revision, ..held })),
            Err(error) if error.kind() == UpdateErrorKind::WrongLastRevision => Ok(None),
            Err(error) => Err(self.not_written(&error).await),
        }
    }

    async fn complete(&self, held: &HeldClaim, outcome: &Value) -> Result<(), ClaimError> {
        self.require_writes()?;
        let mut completed = held.claim.clone();
        completed.outcome = Some(outcome.clone());
        let value = to_json(&completed)?;
        match self.bucket.update(held.name.as_str(), value.clone(), held.revision).await {
            Ok(_) => Ok(()),
            // A twin completed the claim, or released it; what was released is claimed again, for good.
            Err(error) if error.kind() == UpdateErrorKind::WrongLastRevision => {
                match self.bucket.create(held.name.as_str(), value).await {
                    Ok(_) => Ok(()),
                    Err(error) if error.kind() == CreateErrorKind::AlreadyExists => Ok(()),
                    Err(error) => Err(failed(&error)),
                }
            }
            Err(error) => Err(failed(&error)),
        }
    }

    async fn release(&self, held: &HeldClaim) -> Result<(), ClaimError> {
        self.require_writes()?;
        match self.bucket.delete_expect_revision(held.name.as_str(), Some(held.revision)).await {
            Ok(()) => Ok(()),
            Err(error) => Err(failed(&error)),
        }
    }
}
