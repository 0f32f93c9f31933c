//! A bucket in memory, for tests. Nothing expires in it: what has to end by the clock also says so in its value.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;

use super::bucket::{Bucket, BucketEntry, BucketError, Written};

#[derive(Debug, Default)]
pub struct InMemoryBucket {
    entries: Mutex<HashMap<String, BucketEntry>>,
}

#[async_trait]
impl Bucket for InMemoryBucket {
    async fn read(&self, key: &str) -> Result<BucketEntry, BucketError> {
        // Every write below is a single insert.
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(entries.get(key).cloned().unwrap_or_default())
    }

    async fn write(&self, key: &str, value: Option<Bytes>, revision: u64) -> Result<Written, BucketError> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.get(key).map_or(0, |entry| entry.revision) != revision {
            return Ok(Written::Conflict);
        }
        entries.insert(key.to_owned(), BucketEntry { value, revision: revision + 1 });
        Ok(Written::Done)
    }
}
