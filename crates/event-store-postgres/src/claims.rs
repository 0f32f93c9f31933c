//! Idempotency claims in a bucket beside the log.

use async_trait::async_trait;
use event_store::Claims;
use event_store::claims::{Claim, ClaimError, ClaimName, HeldClaim, Opened};
use event_store::vault::Bucket;
use serde_json::Value;

use crate::bucket::PostgresBucket;

/// Tries to open a claim that is deleted and made again by others at the same time.
const TRIES_MAX: usize = 5;

#[derive(Debug, Clone)]
pub struct PostgresClaims {
    bucket: PostgresBucket,
}

/// A claim of that name, or the revision at which there is none.
enum Place {
    Taken(HeldClaim),
    Free(u64),
}

impl PostgresClaims {
    pub(crate) fn new(bucket: PostgresBucket) -> Self {
        Self { bucket }
    }

    async fn look(&self, name: &ClaimName) -> Result<Place, ClaimError> {
        let entry = self.bucket.read(name.as_str()).await.map_err(failed)?;
        match entry.value {
            Some(value) => {
                let claim = serde_json::from_slice(&value).map_err(failed)?;
                Ok(Place::Taken(HeldClaim { name: name.clone(), claim, revision: entry.revision }))
            }
            None => Ok(Place::Free(entry.revision)),
        }
    }

    /// The new revision, if it still had the old one.
    async fn replace(
        &self,
        name: &ClaimName,
        value: Option<&[u8]>,
        revision: u64,
    ) -> Result<Option<u64>, ClaimError> {
        self.bucket.replace(name.as_str(), value, revision).await.map_err(failed)
    }
}

fn failed(error: impl std::fmt::Display) -> ClaimError {
    ClaimError::Unavailable(error.to_string())
}

fn to_json(claim: &Claim) -> Result<Vec<u8>, ClaimError> {
    serde_json::to_vec(claim).map_err(failed)
}

#[async_trait]
impl Claims for PostgresClaims {
    async fn find(&self, name: &ClaimName) -> Result<Option<HeldClaim>, ClaimError> {
        match self.look(name).await? {
            Place::Taken(held) => Ok(Some(held)),
            Place::Free(_) => Ok(None),
        }
    }

    async fn open(&self, name: ClaimName, claim: Claim) -> Result<Opened, ClaimError> {
        let value = to_json(&claim)?;
        for _ in 0..TRIES_MAX {
            let free = match self.look(&name).await? {
                Place::Taken(found) => return Ok(Opened::Found(found)),
                Place::Free(revision) => revision,
            };
            if let Some(revision) = self.replace(&name, Some(&value), free).await? {
                return Ok(Opened::Made(HeldClaim { name, claim, revision }));
            }
        }
        Err(ClaimError::Unavailable("the key is claimed and released all the time".to_owned()))
    }

    async fn share(&self, mut held: HeldClaim) -> Result<Option<HeldClaim>, ClaimError> {
        held.claim.shared = true;
        let value = to_json(&held.claim)?;
        let revision = self.replace(&held.name, Some(&value), held.revision).await?;
        Ok(revision.map(|revision| HeldClaim { revision, ..held }))
    }

    async fn complete(&self, held: &HeldClaim, outcome: &Value) -> Result<(), ClaimError> {
        let mut completed = held.claim.clone();
        completed.outcome = Some(outcome.clone());
        let value = to_json(&completed)?;
        if self.replace(&held.name, Some(&value), held.revision).await?.is_some() {
            return Ok(());
        }
        // A twin completed the claim, or released it; what was released is claimed again, for good.
        if let Place::Free(revision) = self.look(&held.name).await? {
            self.replace(&held.name, Some(&value), revision).await?;
        }
        Ok(())
    }

    async fn release(&self, held: &HeldClaim) -> Result<(), ClaimError> {
        self.replace(&held.name, None, held.revision).await.map(drop)
    }
}
