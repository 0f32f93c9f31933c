//! Refresh families by account.
//!
//! A family is one log-in: a row of refresh tokens, each good once and replaced by the next. A token
//! holds two secrets. The first is the family's, the same for its whole life; the second is new each time. So a token
//! with the right first and a wrong second secret was good once, and somebody uses it again: either a thief or the one
//! who was robbed, and there is no telling which, so the family ends. The family's id alone, which every
//! access token shows, cannot end it.

use std::fmt;
use std::sync::Arc;

use domain::{AccountId, Token};
use event_store::buckets::{self, Bucket, BucketError, Change, SESSION_AGE_MAX};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// The family that was refreshed longest ago makes room for one more.
pub const SESSIONS_PER_ACCOUNT_MAX: usize = 32;

/// SHA-256 of a secret in hexadecimal digits. The secrets are random and long, so a fast hash without salt will do, and
/// the time that a comparison takes tells nothing that could be used.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretHash(String);

impl SecretHash {
    pub fn new(sha256: [u8; 32]) -> Self {
        Self(sha256.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(..)")
    }
}

/// The two hashes of a refresh token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FamilySecret {
    /// The same for the whole family.
    pub family: SecretHash,
    /// Of the one token that is good now.
    pub current: SecretHash,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Family {
    pub id: Uuid,
    pub secret: FamilySecret,
    #[serde(with = "time::serde::timestamp")]
    pub refreshed_at: OffsetDateTime,
}

/// What became of a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// It was the good one, and the next one has its place.
    Done,
    /// It was used before. The family has ended.
    Reused,
    /// There is no such family, or the token is none of its.
    Unknown,
}

#[derive(Debug, Clone)]
pub struct Sessions {
    bucket: Arc<dyn Bucket>,
}

impl Sessions {
    pub fn new(bucket: Arc<dyn Bucket>) -> Self {
        Self { bucket }
    }

    pub async fn open(&self, account: AccountId, family: Family) -> Result<(), BucketError> {
        let now = family.refreshed_at;
        self.change(account, |families| {
            families.retain(|known| is_alive(known, now) && known.id != family.id);
            families.sort_by_key(|known| known.refreshed_at);
            let surplus = (families.len() + 1).saturating_sub(SESSIONS_PER_ACCOUNT_MAX);
            families.drain(..surplus);
            families.push(family.clone());
            true
        })
        .await
        .map(drop)
    }

    /// Replaces a family's good token by the next one. Of several callers with one token at most one succeeds, and
    /// then the others end the family.
    pub async fn rotate(
        &self,
        account: AccountId,
        id: Uuid,
        presented: &FamilySecret,
        next: &SecretHash,
        now: OffsetDateTime,
    ) -> Result<Rotation, BucketError> {
        let mut rotation = Rotation::Unknown;
        self.change(account, |families| {
            let found = families.iter().position(|known| {
                known.id == id && is_alive(known, now) && known.secret.family == presented.family
            });
            rotation = match found {
                None => Rotation::Unknown,
                Some(at) if families[at].secret.current == presented.current => {
                    families[at].secret.current = next.clone();
                    families[at].refreshed_at = now;
                    Rotation::Done
                }
                Some(at) => {
                    families.remove(at);
                    Rotation::Reused
                }
            };
            rotation != Rotation::Unknown
        })
        .await?;
        Ok(rotation)
    }

    /// Whether there was such a family.
    pub async fn end(&self, account: AccountId, id: Uuid) -> Result<bool, BucketError> {
        self.change(account, |families| {
            let before = families.len();
            families.retain(|known| known.id != id);
            families.len() < before
        })
        .await
    }

    pub async fn end_all(&self, account: AccountId) -> Result<(), BucketError> {
        buckets::delete(&*self.bucket, &key(account)).await
    }

    /// `edit` tells whether it changed anything, and that is the result.
    async fn change(
        &self,
        account: AccountId,
        mut edit: impl FnMut(&mut Vec<Family>) -> bool + Send,
    ) -> Result<bool, BucketError> {
        buckets::change(&*self.bucket, &key(account), |known: Option<Vec<Family>>| {
            let mut families = known.unwrap_or_default();
            match (edit(&mut families), families.is_empty()) {
                (false, _) => Change::Keep(false),
                (true, true) => Change::Delete(true),
                (true, false) => Change::Put(families, true),
            }
        })
        .await
    }
}

/// The bucket forgets an account's list at that age; a single family in it only by its own time.
fn is_alive(family: &Family, now: OffsetDateTime) -> bool {
    now - family.refreshed_at < SESSION_AGE_MAX
}

fn key(account: AccountId) -> String {
    Token::encode(&account.to_string()).to_string()
}
