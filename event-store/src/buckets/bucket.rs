//! A bucket: entries that are replaced at a known revision, and how the stores change one.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::cause::Cause;

/// Changes tried while others keep changing the same entry. Each round one of them gets through.
const TRIES_MAX: usize = 32;

#[derive(Debug, thiserror::Error)]
pub enum BucketError {
    #[error("the bucket {bucket} cannot be reached: {reason}")]
    Unavailable {
        bucket: String,
        #[source]
        reason: Cause,
    },
    #[error("the broker may not reserve the room for the bucket {bucket}: {reason}")]
    NoRoom {
        bucket: String,
        #[source]
        reason: Cause,
    },
    /// Nothing can be written until an operator has made room.
    #[error("the bucket {bucket} is full: {reason}")]
    Full {
        bucket: String,
        #[source]
        reason: Cause,
    },
    #[error("an entry is changed by others all the time")]
    Contended,
    /// The value itself is not told: it may be a secret.
    #[error("an entry cannot be understood, line {line}, column {column}")]
    Malformed { line: usize, column: usize },
}

/// An entry as it was read. Revision 0: there never was one, or it expired.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct BucketEntry {
    /// Absent also where the entry was deleted, at the revision of its deletion.
    pub value: Option<Bytes>,
    pub revision: u64,
}

/// Shows no value: buckets hold secrets.
impl fmt::Debug for BucketEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BucketEntry").field("revision", &self.revision).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    Done,
    /// The entry has another revision by now; nothing was written.
    Conflict,
}

/// Promises that every implementation keeps: a read sees every write that returned before it; of several writes at one
/// revision at most one is done; a deleted entry can be written again at the revision that a read gives for it.
#[async_trait]
pub trait Bucket: Send + Sync + fmt::Debug {
    async fn read(&self, key: &str) -> Result<BucketEntry, BucketError>;

    /// Replaces the entry, or deletes it where the value is `None`, if it still has that revision.
    async fn write(&self, key: &str, value: Option<Bytes>, revision: u64) -> Result<Written, BucketError>;
}

/// What to do with an entry, and what to tell the caller once that is done.
#[derive(Debug)]
pub enum Change<T, R> {
    Keep(R),
    Put(T, R),
    Delete(R),
}

/// Reads, decides and writes, again while others are faster.
pub async fn change<T, R>(
    bucket: &dyn Bucket,
    key: &str,
    mut decide: impl FnMut(Option<T>) -> Change<T, R> + Send,
) -> Result<R, BucketError>
where
    T: Serialize + DeserializeOwned + Send,
    R: Send,
{
    for _ in 0..TRIES_MAX {
        let entry = bucket.read(key).await?;
        let known = entry.value.as_deref().map(from_json).transpose()?;
        let (value, result) = match decide(known) {
            Change::Keep(result) => return Ok(result),
            Change::Put(value, result) => (Some(to_json(&value)?), result),
            Change::Delete(result) => (None, result),
        };
        if bucket.write(key, value, entry.revision).await? == Written::Done {
            return Ok(result);
        }
    }
    Err(BucketError::Contended)
}

pub async fn get<T: DeserializeOwned>(bucket: &dyn Bucket, key: &str) -> Result<Option<T>, BucketError> {
    Ok(get_revised(bucket, key).await?.0)
}

/// An entry's value, and its revision.
pub async fn get_revised<T: DeserializeOwned>(
    bucket: &dyn Bucket,
    key: &str,
) -> Result<(Option<T>, u64), BucketError> {
    let entry = bucket.read(key).await?;
    Ok((entry.value.as_deref().map(from_json).transpose()?, entry.revision))
}

/// Deletes an entry, at any revision.
pub async fn delete(bucket: &dyn Bucket, key: &str) -> Result<(), BucketError> {
    for _ in 0..TRIES_MAX {
        let entry = bucket.read(key).await?;
        if entry.value.is_none() || bucket.write(key, None, entry.revision).await? == Written::Done {
            return Ok(());
        }
    }
    Err(BucketError::Contended)
}

fn to_json(value: &impl Serialize) -> Result<Bytes, BucketError> {
    serde_json::to_vec(value).map(Bytes::from).map_err(|error| malformed(&error))
}

fn from_json<T: DeserializeOwned>(value: &[u8]) -> Result<T, BucketError> {
    serde_json::from_slice(value).map_err(|error| malformed(&error))
}

/// The words of the parser may quote the value, so only the place is kept.
fn malformed(error: &serde_json::Error) -> BucketError {
    BucketError::Malformed { line: error.line(), column: error.column() }
}
