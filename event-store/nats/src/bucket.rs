//! A key-value bucket of the broker that holds the log.

use std::time::Duration;

use async_nats::connection::State;
use async_nats::header::NATS_EXPECTED_LAST_SUBJECT_SEQUENCE;
use async_nats::jetstream::kv::{self, Store};
use async_nats::jetstream::stream::{LastRawMessageErrorKind, StorageType};
use async_nats::jetstream::{self, Context};
use async_nats::{Client, HeaderMap};
use async_trait::async_trait;
use bytes::Bytes;
use domain::Shard;
use event_store::Cause;
use event_store::buckets::{Bucket, BucketEntry, BucketError, BucketKind, Written};

use crate::errors;
use crate::publish::{Answer, understand};
use crate::write_error::{Published, StreamWrites, WriteErrors};

/// How long one request waits for the broker. A log-in makes about six, which have to fit into a request's deadline.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(2);
/// The largest value is an account's full list of families, about 10 KB.
const VALUE_BYTES_MAX: i32 = 64 * 1024;

/// The header by which key-value buckets mark a deletion.
const OPERATION: &str = "KV-Operation";
const OPERATION_DELETE: &str = "DEL";

#[derive(Debug, Clone)]
pub struct JetStreamBucket {
    client: Client,
    writes: StreamWrites,
    bucket: Store,
}

impl JetStreamBucket {
    /// `bytes_max` bounds it where its kind does not.
    pub async fn find_or_make(
        errors: &WriteErrors,
        shard: Shard,
        replicas: usize,
        kind: BucketKind,
        bytes_max: i64,
    ) -> Result<Self, BucketError> {
        if let Ok(found) = Self::find(errors, shard, kind.name).await {
            return Ok(found);
        }
        let name = format!("{}_{}", kind.name, shard.0);
        let context = context(errors.client().clone());
        let wanted = kv::Config {
            bucket: name.clone(),
            description: kind.description.to_owned(),
            max_age: kind.age_max.unwrap_or_default(),
            max_bytes: kind.bytes_max.unwrap_or(bytes_max),
            max_value_size: VALUE_BYTES_MAX,
            storage: StorageType::File,
            num_replicas: replicas,
            history: 1,
            ..kv::Config::default()
        };
        match context.create_key_value(wanted).await {
            Ok(bucket) => Ok(Self::on(errors, bucket, replicas)),
            Err(error) if errors::is_no_room(&error) => {
                Err(BucketError::NoRoom { bucket: name, reason: Cause::new(error) })
            }
            Err(error) => Err(unavailable(&name, error)),
        }
    }

    pub async fn find(errors: &WriteErrors, shard: Shard, name: &str) -> Result<Self, BucketError> {
        let name = format!("{name}_{}", shard.0);
        let context = context(errors.client().clone());
        match context.get_key_value(&name).await {
            Ok(bucket) => {
                let replicas = bucket.stream.cached_info().config.num_replicas;
                Ok(Self::on(errors, bucket, replicas))
            }
            Err(error) => Err(unavailable(&name, error)),
        }
    }

    fn on(errors: &WriteErrors, bucket: Store, replicas: usize) -> Self {
        let writes = errors.of(&bucket.stream_name, &bucket.prefix, replicas);
        Self { client: errors.client().clone(), writes, bucket }
    }

    fn subject(&self, key: &str) -> String {
        format!("{}{key}", self.bucket.prefix)
    }

    /// Without a connection the client would hold a request back until its timeout.
    fn require_connection(&self) -> Result<(), BucketError> {
        match self.client.connection_state() {
            State::Connected => Ok(()),
            state => Err(unavailable(&self.bucket.name, format!("the connection is {state}"))),
        }
    }
}

fn context(client: Client) -> Context {
    let mut context = jetstream::new(client);
    context.set_timeout(REQUEST_TIMEOUT);
    context
}

fn unavailable(bucket: &str, reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> BucketError {
    BucketError::Unavailable { bucket: bucket.to_owned(), reason: Cause::new(reason) }
}

#[async_trait]
impl Bucket for JetStreamBucket {
    /// Asks the stream's leader. A replica may be behind, and an old family would make a good token look used.
    async fn read(&self, key: &str) -> Result<BucketEntry, BucketError> {
        self.require_connection()?;
        match self.bucket.stream.get_last_raw_message_by_subject(&self.subject(key)).await {
            Ok(message) => {
                let deleted = message.headers.get(OPERATION).is_some();
                let value = (!deleted).then_some(message.payload);
                Ok(BucketEntry { value, revision: message.sequence })
            }
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => {
                Ok(BucketEntry::default())
            }
            Err(error) => Err(unavailable(&self.bucket.name, error)),
        }
    }

    async fn write(&self, key: &str, value: Option<Bytes>, revision: u64) -> Result<Written, BucketError> {
        self.require_connection()?;
        let mut headers = HeaderMap::new();
        headers.insert(NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, revision.to_string());
        if value.is_none() {
            headers.insert(OPERATION, OPERATION_DELETE);
        }
        let (subject, value) = (self.subject(key), value.unwrap_or_default());
        let bucket = &self.bucket.name;
        let full = |words: String| BucketError::Full { bucket: bucket.clone(), reason: Cause::new(words) };
        let answer = match self.writes.publish(subject, headers, value, REQUEST_TIMEOUT).await {
            Published::Answered(message) => understand(&message.payload),
            Published::Not(error) => return Err(unavailable(bucket, error)),
            Published::Silence => return Err(unavailable(bucket, "no answer from the broker")),
            // It may be on the disk.
            Published::WriteError(words) => return Err(unavailable(bucket, words)),
            Published::Closed(words) => return Err(full(words)),
        };
        match answer {
            Answer::Acked { .. } => Ok(Written::Done),
            // Again: another write to this key is in flight, which replicated streams also say for no reason.
            Answer::Conflict | Answer::Again(_) => Ok(Written::Conflict),
            Answer::Full(words) => Err(full(words)),
            other => Err(unavailable(bucket, format!("{other:?}"))),
        }
    }
}
