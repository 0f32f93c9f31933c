//! E-mail addresses by account, and what was mailed to them that is still good.
//!
//! An address is no event: it is private, and leaves with its account. A secret that was mailed is kept as its hash, is
//! good once, and until it expires; a newer one takes its place.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use domain::{AccountId, Token};
use event_store::buckets::{self, Bucket, BucketError, Change, MAILS_AGE_MAX};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::sessions::SecretHash;

/// How long a confirmation is good.
pub const CONFIRM_AGE_MAX: Duration = Duration::from_secs(24 * 3_600);
/// How long a mail that resets the password is good.
pub const RESET_AGE_MAX: Duration = Duration::from_secs(3_600);
/// In a day, to one address, and on behalf of one account.
pub const MAILS_PER_DAY_MAX: u32 = 5;

/// An address as it was given. It is shown to nobody but its owner.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MailAddress(String);

impl MailAddress {
    pub fn new(address: impl Into<String>) -> Self {
        Self(address.into())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailAddress(..)")
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Addresses {
    pub confirmed: Option<MailAddress>,
    pub pending: Option<MailAddress>,
    confirmation: Option<Mailed>,
    reset: Option<Mailed>,
}

/// A secret that was mailed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mailed {
    secret: SecretHash,
    #[serde(with = "time::serde::timestamp")]
    expires_at: OffsetDateTime,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Sent {
    count: u32,
    #[serde(with = "time::serde::timestamp")]
    since: OffsetDateTime,
}

#[derive(Debug, Clone)]
pub struct MailAddresses {
    owners: Arc<dyn Bucket>,
    mails: Arc<dyn Bucket>,
}

impl MailAddresses {
    pub fn new(owners: Arc<dyn Bucket>, mails: Arc<dyn Bucket>) -> Self {
        Self { owners, mails }
    }

    pub async fn get(&self, account: AccountId) -> Result<Addresses, BucketError> {
        Ok(buckets::get(&*self.owners, &key(account)).await?.unwrap_or_default())
    }

    /// Keeps an address until it is confirmed. The one that is confirmed stays until then.
    pub async fn ask(
        &self,
        account: AccountId,
        address: &MailAddress,
        secret: &SecretHash,
        now: OffsetDateTime,
    ) -> Result<(), BucketError> {
        let confirmation = Mailed { secret: secret.clone(), expires_at: now + CONFIRM_AGE_MAX };
        self.change(account, |known| {
            known.pending = Some(address.clone());
            known.confirmation = Some(confirmation.clone());
        })
        .await
    }

    /// Whether the secret was that of the pending address, which is the account's from now on.
    pub async fn confirm(
        &self,
        account: AccountId,
        secret: &SecretHash,
        now: OffsetDateTime,
    ) -> Result<bool, BucketError> {
        self.change(account, |known| {
            let is_good = known.confirmation.as_ref().is_some_and(|mailed| mailed.is(secret, now));
            if is_good {
                known.confirmed = known.pending.take();
                known.confirmation = None;
                // It went to the address before.
                known.reset = None;
            }
            is_good
        })
        .await
    }

    /// Keeps what will be mailed to the account's address.
    pub async fn begin_reset(
        &self,
        account: AccountId,
        secret: &SecretHash,
        now: OffsetDateTime,
    ) -> Result<(), BucketError> {
        let reset = Mailed { secret: secret.clone(), expires_at: now + RESET_AGE_MAX };
        self.change(account, |known| known.reset = Some(reset.clone())).await
    }

    /// Uses the secret up. Whether it was good.
    pub async fn use_reset(
        &self,
        account: AccountId,
        secret: &SecretHash,
        now: OffsetDateTime,
    ) -> Result<bool, BucketError> {
        self.change(account, |known| known.reset.take_if(|mailed| mailed.is(secret, now)).is_some()).await
    }

    /// Makes every code that was mailed, and an address that waits for one, good for nothing.
    pub async fn forget_codes(&self, account: AccountId) -> Result<(), BucketError> {
        self.change(account, |known| {
            (known.pending, known.confirmation, known.reset) = (None, None, None);
        })
        .await
    }

    pub async fn forget(&self, account: AccountId) -> Result<(), BucketError> {
        buckets::delete(&*self.owners, &key(account)).await
    }

    /// Counts a mail, unless the account or the address had too many of the kind: who asks for resets of an account uses
    /// up none of its confirmations.
    pub async fn may_mail(
        &self,
        kind: &str,
        account: AccountId,
        address: &MailAddress,
        now: OffsetDateTime,
    ) -> Result<bool, BucketError> {
        // Spelled alike by those who want to fill somebody's mailbox.
        let hash = SecretHash::new(Sha256::digest(address.expose().to_lowercase()).into());
        let keys =
            [format!("account.{kind}.{account}"), format!("address.{kind}.{}", Token::encode(hash.expose()))];
        for key in keys {
            let counted = buckets::change(&*self.mails, &key, |known: Option<Sent>| {
                let known = known.filter(|sent| now - sent.since < MAILS_AGE_MAX);
                let sent = known.unwrap_or(Sent { count: 0, since: now });
                if sent.count >= MAILS_PER_DAY_MAX {
                    return Change::Keep(false);
                }
                Change::Put(Sent { count: sent.count + 1, ..sent }, true)
            });
            if !counted.await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn change<R: Send>(
        &self,
        account: AccountId,
        mut edit: impl FnMut(&mut Addresses) -> R + Send,
    ) -> Result<R, BucketError> {
        buckets::change(&*self.owners, &key(account), |known: Option<Addresses>| {
            let known = known.unwrap_or_default();
            let mut addresses = known.clone();
            let result = edit(&mut addresses);
            if addresses == known { Change::Keep(result) } else { Change::Put(addresses, result) }
        })
        .await
    }
}

impl Addresses {
    /// Whether a new password may be chosen with the secret.
    pub fn may_reset(&self, secret: &SecretHash, now: OffsetDateTime) -> bool {
        self.reset.as_ref().is_some_and(|mailed| mailed.is(secret, now))
    }
}

impl Mailed {
    fn is(&self, secret: &SecretHash, now: OffsetDateTime) -> bool {
        self.secret == *secret && now < self.expires_at
    }
}

fn key(account: AccountId) -> String {
    format!("{account}.address")
}
