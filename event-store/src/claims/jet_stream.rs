//! Claims in a key-value bucket beside the log.

use async_nats::jetstream::kv::{self, CreateErrorKind, Operation, Store, UpdateErrorKind};
use async_nats::jetstream::{self, stream::StorageType};
use async_trait::async_trait;
use bytes::Bytes;
use domain::Shard;
use serde_json::Value;

use super::{CLAIM_AGE_MAX, Claim, ClaimError, ClaimName, Claims, HeldClaim, Opened};

/// Tries to open a claim that is deleted and made again by others at the same time.
const TRIES_MAX: usize = 5;

#[derive(Debug, Clone)]
pub struct JetStreamClaims {
    bucket: Store,
}

fn failed(error: &dyn std::fmt::Display) -> ClaimError {
    ClaimError(error.to_string())
}

impl JetStreamClaims {
    /// Finds the shard's bucket or makes it.
    pub async fn open_bucket(
        client: async_nats::Client,
        shard: Shard,
        replicas: usize,
        bytes_max: i64,
    ) -> Result<Self, ClaimError> {
        let context = jetstream::new(client);
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
                .map_err(|error| failed(&error))?,
        };
        Ok(Self { bucket })
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
        for _ in 0..TRIES_MAX {
            match self.bucket.create(name.as_str(), value.clone()).await {
                Ok(revision) => return Ok(Opened::Made(HeldClaim { name, claim, revision })),
                Err(error) if error.kind() == CreateErrorKind::AlreadyExists => {
                    if let Some(found) = self.find(&name).await? {
                        return Ok(Opened::Found(found));
                    }
                }
                Err(error) => return Err(failed(&error)),
            }
        }
        Err(ClaimError("the key is claimed and released all the time".to_owned()))
    }

    async fn share(&self, mut held: HeldClaim) -> Result<Option<HeldClaim>, ClaimError> {
        held.claim.shared = true;
        let value = to_json(&held.claim)?;
        match self.bucket.update(held.name.as_str(), value, held.revision).await {
            Ok(revision) => Ok(Some(HeldClaim { revision, ..held })),
            Err(error) if error.kind() == UpdateErrorKind::WrongLastRevision => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    async fn complete(&self, held: &HeldClaim, outcome: &Value) -> Result<(), ClaimError> {
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
        match self.bucket.delete_expect_revision(held.name.as_str(), Some(held.revision)).await {
            Ok(()) => Ok(()),
            Err(error) => Err(failed(&error)),
        }
    }
}
