//! Which account a log-in at an OpenID provider opens.
//!
//! Issuer and subject are kept as one hash. Each is said in two entries: whose the subject is, and, by account, which
//! subjects are its own. A subject opens an account only where both say so, so that each change has one write that
//! decides: the account's list, which is changed as a whole. What the other entry says beyond that is a rest of
//! something that was not finished, and gives way.
//!
//! An account that is about to be registered has both entries before it is in the log. Whoever registers with the same
//! subject at the same moment finds the id that is meant for it, and takes that: so the log decides which of them makes
//! the account.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::AccountId;
use event_store::buckets::{self, ATTEMPTS_AGE_MAX, Bucket, BucketError, Change};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

/// Of one account.
pub const OIDC_LINKS_MAX: usize = 8;
/// Longer than a registration takes between its entries here and its event.
pub const RESERVED_FOR: Duration = Duration::from_secs(300);

/// Somebody as a provider knows them: SHA-256 of issuer and subject, in base64url.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OidcSubject(String);

impl OidcSubject {
    pub fn new(issuer: &str, subject: &str) -> Self {
        // With its length, so that nothing can be moved from the one to the other.
        let issued = Sha256::new().chain_update((issuer.len() as u64).to_be_bytes()).chain_update(issuer);
        Self(URL_SAFE_NO_PAD.encode(issued.chain_update(subject).finalize()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A subject that opens an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OidcLink {
    pub subject: OidcSubject,
    /// The provider's name at that time.
    pub provider: String,
    #[serde(with = "time::serde::timestamp")]
    pub linked_at: OffsetDateTime,
}

/// Whose a subject is, or will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OidcOwner {
    pub account: AccountId,
    #[serde(with = "time::serde::timestamp")]
    pub since: OffsetDateTime,
}

/// What became of a link that was to be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlinked {
    Done,
    NotThere,
    /// Nobody could log in to the account any more.
    LastWayIn,
}

#[derive(Debug, Clone)]
pub struct OidcLinks {
    owners: Arc<dyn Bucket>,
    /// Forgets what was used up after its time.
    used: Arc<dyn Bucket>,
}

impl OidcLinks {
    pub fn new(owners: Arc<dyn Bucket>, used: Arc<dyn Bucket>) -> Self {
        Self { owners, used }
    }

    pub async fn owner(&self, subject: &OidcSubject) -> Result<Option<OidcOwner>, BucketError> {
        buckets::get(&*self.owners, &key_of_subject(subject)).await
    }

    /// Makes the account the owner, unless there is another one than `instead_of` by now. Gives the owner as it is then.
    pub async fn own(
        &self,
        subject: &OidcSubject,
        instead_of: Option<OidcOwner>,
        account: AccountId,
        now: OffsetDateTime,
    ) -> Result<AccountId, BucketError> {
        buckets::change(&*self.owners, &key_of_subject(subject), |known: Option<OidcOwner>| match known {
            Some(known) if known.account != account && Some(known) != instead_of => {
                Change::Keep(known.account)
            }
            _ => Change::Put(OidcOwner { account, since: now }, account),
        })
        .await
    }

    /// The account that the subject opens, if there is one. Whether it still exists, the log knows.
    pub async fn account_of(&self, subject: &OidcSubject) -> Result<Option<AccountId>, BucketError> {
        let Some(owner) = self.owner(subject).await? else { return Ok(None) };
        Ok(self.has(owner.account, subject).await?.then_some(owner.account))
    }

    /// Whether the account's own list has the subject.
    pub async fn has(&self, account: AccountId, subject: &OidcSubject) -> Result<bool, BucketError> {
        Ok(self.list(account).await?.iter().any(|link| link.subject == *subject))
    }

    /// The oldest first.
    pub async fn list(&self, account: AccountId) -> Result<Vec<OidcLink>, BucketError> {
        let links: Option<Vec<OidcLink>> = buckets::get(&*self.owners, &key_of_account(account)).await?;
        Ok(links.unwrap_or_default())
    }

    /// Whether there was room in the account's list. One that is there stays as it is.
    pub async fn add(&self, account: AccountId, link: &OidcLink) -> Result<bool, BucketError> {
        buckets::change(&*self.owners, &key_of_account(account), |known: Option<Vec<OidcLink>>| {
            let mut links = known.unwrap_or_default();
            if links.iter().any(|known| known.subject == link.subject) {
                return Change::Keep(true);
            }
            if links.len() >= OIDC_LINKS_MAX {
                return Change::Keep(false);
            }
            links.push(link.clone());
            Change::Put(links, true)
        })
        .await
    }

    /// Takes a link away, unless nothing would be left that opens the account: with a password something is.
    pub async fn remove(
        &self,
        account: AccountId,
        subject: &str,
        has_password: bool,
    ) -> Result<Unlinked, BucketError> {
        let mut working = Vec::new();
        for link in self.list(account).await? {
            if self.owner(&link.subject).await?.is_some_and(|owner| owner.account == account) {
                working.push(link.subject);
            }
        }
        let (unlinked, removed) =
            buckets::change(&*self.owners, &key_of_account(account), |known: Option<Vec<OidcLink>>| {
                let mut links = known.unwrap_or_default();
                let Some(at) = links.iter().position(|link| link.subject.as_str() == subject) else {
                    return Change::Keep((Unlinked::NotThere, None));
                };
                let removed = links.remove(at).subject;
                let opens = |link: &OidcLink| working.contains(&link.subject);
                match (has_password || links.iter().any(opens), links.is_empty()) {
                    (false, _) => Change::Keep((Unlinked::LastWayIn, None)),
                    (true, true) => Change::Delete((Unlinked::Done, Some(removed))),
                    (true, false) => Change::Put(links, (Unlinked::Done, Some(removed))),
                }
            })
            .await?;
        if let Some(removed) = removed {
            self.disown(&removed, account).await?;
        }
        Ok(unlinked)
    }

    /// Takes a link back that came to nothing.
    pub async fn give_up(&self, account: AccountId, subject: &OidcSubject) -> Result<(), BucketError> {
        self.remove(account, subject.as_str(), true).await.map(drop)
    }

    /// All of an account that was given up. Its list goes last, so that a repetition finds what is left.
    pub async fn forget(&self, account: AccountId) -> Result<(), BucketError> {
        for link in self.list(account).await? {
            self.disown(&link.subject, account).await?;
        }
        buckets::delete(&*self.owners, &key_of_account(account)).await
    }

    async fn disown(&self, subject: &OidcSubject, account: AccountId) -> Result<(), BucketError> {
        buckets::change(&*self.owners, &key_of_subject(subject), |known: Option<OidcOwner>| match known {
            Some(known) if known.account == account => Change::Delete(()),
            _ => Change::Keep(()),
        })
        .await
    }

    pub async fn is_used(&self, authorization: Uuid, now: OffsetDateTime) -> Result<bool, BucketError> {
        let known: Option<Used> = buckets::get(&*self.used, &key_of_use(authorization)).await?;
        Ok(known.is_some_and(|used| used.is_remembered(now)))
    }

    /// Uses an authorization up. Whether it was good for that: of several callers at once one gets it.
    pub async fn use_up(&self, authorization: Uuid, now: OffsetDateTime) -> Result<bool, BucketError> {
        buckets::change(&*self.used, &key_of_use(authorization), |known: Option<Used>| match known {
            Some(used) if used.is_remembered(now) => Change::Keep(false),
            _ => Change::Put(Used { at: now }, true),
        })
        .await
    }
}

/// An authorization expires long before this is forgotten.
#[derive(Serialize, Deserialize)]
struct Used {
    #[serde(with = "time::serde::timestamp")]
    at: OffsetDateTime,
}

impl Used {
    fn is_remembered(&self, now: OffsetDateTime) -> bool {
        now - self.at < ATTEMPTS_AGE_MAX
    }
}

fn key_of_account(account: AccountId) -> String {
    format!("{account}.oidc")
}

fn key_of_subject(subject: &OidcSubject) -> String {
    format!("oidc.{}", subject.as_str())
}

fn key_of_use(authorization: Uuid) -> String {
    format!("oidc.{}", authorization.simple())
}
