//! Invitations to register, by the digest of their code.

use std::sync::Arc;

use domain::AccountId;
use event_store::buckets::{self, Bucket, BucketError, Change};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

/// An invitation, and what is left of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Invitation {
    pub uses_left: u32,
    #[serde(with = "time::serde::timestamp")]
    pub expires_at: OffsetDateTime,
    /// The operator.
    pub made_by: AccountId,
}

#[derive(Debug, Clone)]
pub struct Invitations {
    bucket: Arc<dyn Bucket>,
}

impl Invitations {
    pub fn new(bucket: Arc<dyn Bucket>) -> Self {
        Self { bucket }
    }

    pub async fn make(&self, code: &str, invitation: &Invitation) -> Result<(), BucketError> {
        let put = |_known: Option<Invitation>| Change::Put(invitation.clone(), ());
        buckets::change(&*self.bucket, &key(code), put).await
    }

    /// Takes one use. False: there is none to take.
    pub async fn take(&self, code: &str, now: OffsetDateTime) -> Result<bool, BucketError> {
        buckets::change(&*self.bucket, &key(code), |known: Option<Invitation>| match known {
            None => Change::Keep(false),
            Some(known) if known.expires_at <= now => Change::Delete(false),
            Some(known) => match known.uses_left.checked_sub(1) {
                Some(uses_left) => Change::Put(Invitation { uses_left, ..known }, true),
                None => Change::Keep(false),
            },
        })
        .await
    }

    /// Gives one use back that was taken in vain.
    pub async fn give_back(&self, code: &str) -> Result<(), BucketError> {
        buckets::change(&*self.bucket, &key(code), |known: Option<Invitation>| match known {
            Some(known) => Change::Put(Invitation { uses_left: known.uses_left + 1, ..known }, ()),
            None => Change::Keep(()),
        })
        .await
    }
}

/// The code is random and long, so a quick digest will do; whoever reads the bucket cannot use what is there.
fn key(code: &str) -> String {
    let digest = Sha256::digest(code.as_bytes());
    format!("invitation.{}", digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}
