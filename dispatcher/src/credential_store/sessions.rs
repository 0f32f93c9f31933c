//! Sessions by account: each is a family of refresh tokens.
//!
//! A family is one log-in: a row of refresh tokens, each replaced by the next. A token holds two secrets. The first is
//! the family's, the same for its whole life; the second is new each time. So a token with the right first and a wrong
//! second secret was good once, and somebody uses it again: either a thief or the one who was robbed, and there is no
//! telling which, so the family ends. The family's id alone, which every access token shows, cannot end it.
//!
//! The token that was replaced last gets the same successor once more for [`REPEAT_GRACE`]: an answer may be lost, and
//! two parts of a client may refresh at once. A thief gains nothing by it but that successor, and whoever uses it
//! second, later, ends the family all the same.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use domain::{AccountId, Token};
use event_store::buckets::{self, Bucket, BucketError, Change, SESSION_AGE_MAX};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// The family that was refreshed longest ago makes room for one more.
pub const SESSIONS_PER_ACCOUNT_MAX: usize = 32;
/// How long the token that was replaced last gets the same successor again.
pub const REPEAT_GRACE: Duration = Duration::from_secs(10);

/// SHA-256 of a secret in hexadecimal digits. The secrets are random and long, so a fast hash without salt will do, and
/// the time that a comparison takes tells nothing that could be used.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretHash(String);

impl SecretHash {
    pub fn new(sha256: [u8; 32]) -> Self {
        Self(sha256.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    pub(super) fn expose(&self) -> &str {
        &self.0
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

/// What a token's successor is derived with, so that the same token has the same successor. It never leaves the store.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed(String);

impl Seed {
    pub fn new(random: [u8; 32]) -> Self {
        Self(random.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(..)")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Family {
    pub id: Uuid,
    pub secret: FamilySecret,
    pub seed: Seed,
    /// Of the token before the current one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<SecretHash>,
    /// What the one who logged in calls it.
    pub name: String,
    #[serde(with = "time::serde::timestamp")]
    pub opened_at: OffsetDateTime,
    #[serde(with = "time::serde::timestamp")]
    pub refreshed_at: OffsetDateTime,
}

/// What became of a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// It was the good one, and the next one has its place; or it was so a moment ago, and gets the same again.
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

    /// Gives the sessions that made room.
    pub async fn open(&self, account: AccountId, family: Family) -> Result<Vec<Uuid>, BucketError> {
        let now = family.refreshed_at;
        self.change(account, |families| {
            families.retain(|known| is_alive(known, now) && known.id != family.id);
            families.sort_by_key(|known| known.refreshed_at);
            let surplus = (families.len() + 1).saturating_sub(SESSIONS_PER_ACCOUNT_MAX);
            let ended = families.drain(..surplus).map(|known| known.id).collect();
            families.push(family.clone());
            (true, ended)
        })
        .await
    }

    /// Replaces a family's good token by the one that `next` derives from the family's seed. Of several callers with one
    /// token all get the same successor, within [`REPEAT_GRACE`].
    pub async fn rotate(
        &self,
        account: AccountId,
        id: Uuid,
        presented: &FamilySecret,
        next: impl Fn(&Seed) -> SecretHash + Send + Sync,
        now: OffsetDateTime,
    ) -> Result<(Rotation, Option<Seed>), BucketError> {
        self.change(account, |families| {
            let found = families.iter().position(|known| {
                known.id == id && is_alive(known, now) && known.secret.family == presented.family
            });
            let Some(at) = found else { return (false, (Rotation::Unknown, None)) };
            let family = &mut families[at];
            let seed = family.seed.clone();
            if family.secret.current == presented.current {
                let next = next(&seed);
                family.previous = Some(std::mem::replace(&mut family.secret.current, next));
                family.refreshed_at = now;
                return (true, (Rotation::Done, Some(seed)));
            }
            let is_repeated = family.previous.as_ref() == Some(&presented.current)
                && now - family.refreshed_at < REPEAT_GRACE;
            if is_repeated {
                return (false, (Rotation::Done, Some(seed)));
            }
            families.remove(at);
            (true, (Rotation::Reused, None))
        })
        .await
    }

    /// Those that are alive, the one that was used last first.
    pub async fn list(&self, account: AccountId, now: OffsetDateTime) -> Result<Vec<Family>, BucketError> {
        let families: Option<Vec<Family>> = buckets::get(&*self.bucket, &key(account)).await?;
        let mut families = families.unwrap_or_default();
        families.retain(|family| is_alive(family, now));
        families.sort_by_key(|family| std::cmp::Reverse((family.refreshed_at, family.id)));
        Ok(families)
    }

    /// Whether there was such a family.
    pub async fn end(&self, account: AccountId, id: Uuid) -> Result<bool, BucketError> {
        self.change(account, |families| {
            let before = families.len();
            families.retain(|known| known.id != id);
            let ended = families.len() < before;
            (ended, ended)
        })
        .await
    }

    /// Ends all but one, if one is given, and gives their ids.
    pub async fn end_all(&self, account: AccountId, except: Option<Uuid>) -> Result<Vec<Uuid>, BucketError> {
        self.change(account, |families| {
            let ended: Vec<Uuid> =
                families.extract_if(.., |known| Some(known.id) != except).map(|known| known.id).collect();
            (!ended.is_empty(), ended)
        })
        .await
    }

    /// `edit` tells whether it changed anything, and what its result is.
    async fn change<R: Send>(
        &self,
        account: AccountId,
        mut edit: impl FnMut(&mut Vec<Family>) -> (bool, R) + Send,
    ) -> Result<R, BucketError> {
        buckets::change(&*self.bucket, &key(account), |known: Option<Vec<Family>>| {
            let mut families = known.unwrap_or_default();
            let (is_changed, result) = edit(&mut families);
            match (is_changed, families.is_empty()) {
                (false, _) => Change::Keep(result),
                (true, true) => Change::Delete(result),
                (true, false) => Change::Put(families, result),
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
