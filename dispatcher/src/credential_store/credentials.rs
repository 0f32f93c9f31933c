//! Password hashes by account.

use std::fmt;
use std::sync::Arc;

use domain::{AccountId, Token};
use event_store::buckets::{self, Bucket, BucketError, Change};
use serde::{Deserialize, Serialize};

/// A password's argon2id hash as a PHC string: algorithm, parameters, salt and digest in one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

impl PasswordHash {
    pub fn new(phc: impl Into<String>) -> Self {
        Self(phc.into())
    }

    /// In the place of one, for an account that has no password: nothing fits it. It tells who registers the account, so
    /// that two who draw the same id at the same moment know of each other.
    pub fn of_nothing(registrant: &str) -> Self {
        Self(format!("!{registrant}"))
    }

    /// Whether there is a password that fits it.
    pub fn is_of_password(&self) -> bool {
        !self.0.starts_with('!')
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

#[derive(Debug, Clone)]
pub struct Credentials {
    bucket: Arc<dyn Bucket>,
}

impl Credentials {
    pub fn new(bucket: Arc<dyn Bucket>) -> Self {
        Self { bucket }
    }

    pub async fn get(&self, account: AccountId) -> Result<Option<PasswordHash>, BucketError> {
        buckets::get(&*self.bucket, &key(account)).await
    }

    /// The last one stays.
    pub async fn put(&self, account: AccountId, hash: &PasswordHash) -> Result<(), BucketError> {
        buckets::change(&*self.bucket, &key(account), |_known: Option<PasswordHash>| {
            Change::Put(hash.clone(), ())
        })
        .await
    }

    /// The first one stays. Whether that is the given one.
    pub async fn put_first(&self, account: AccountId, hash: &PasswordHash) -> Result<bool, BucketError> {
        buckets::change(&*self.bucket, &key(account), |known: Option<PasswordHash>| match known {
            Some(known) => Change::Keep(known == *hash),
            None => Change::Put(hash.clone(), true),
        })
        .await
    }

    /// Deletes the given one; another one stays.
    pub async fn delete_own(&self, account: AccountId, hash: &PasswordHash) -> Result<(), BucketError> {
        buckets::change(&*self.bucket, &key(account), |known: Option<PasswordHash>| {
            if known.as_ref() == Some(hash) { Change::Delete(()) } else { Change::Keep(()) }
        })
        .await
    }

    pub async fn delete(&self, account: AccountId) -> Result<(), BucketError> {
        buckets::delete(&*self.bucket, &key(account)).await
    }
}

fn key(account: AccountId) -> String {
    Token::encode(&account.to_string()).to_string()
}
