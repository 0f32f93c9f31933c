//! The buckets beside the log, on the broker that holds it.

use std::sync::Arc;

use async_nats::Client;
use domain::Shard;
use event_store::buckets::{
    ATTEMPTS, BucketKind, CONSUMERS, CREDENTIALS, JOBS, MAILS, OWNERS, REGISTRATIONS, REVOCATIONS, SESSIONS,
    SIGNING_KEYS, WEBHOOKS,
};
use event_store::{Bucket, BucketError, Buckets};

use crate::bucket::JetStreamBucket;
use crate::write_error::WriteErrors;

/// Finds the shard's buckets or makes them. `bytes_max` bounds each of those that grow with the accounts.
pub async fn open_buckets(
    errors: &WriteErrors,
    shard: Shard,
    replicas: usize,
    bytes_max: i64,
) -> Result<Buckets, BucketError> {
    let open = async |kind: BucketKind| {
        let opened = JetStreamBucket::find_or_make(errors, shard, replicas, kind, bytes_max).await;
        opened.map(|bucket| -> Arc<dyn Bucket> { Arc::new(bucket) })
    };
    Ok(Buckets {
        credentials: open(CREDENTIALS).await?,
        sessions: open(SESSIONS).await?,
        signing_keys: open(SIGNING_KEYS).await?,
        attempts: open(ATTEMPTS).await?,
        owners: open(OWNERS).await?,
        revocations: open(REVOCATIONS).await?,
        mails: open(MAILS).await?,
        registrations: open(REGISTRATIONS).await?,
        jobs: open(JOBS).await?,
        consumers: open(CONSUMERS).await?,
        webhooks: open(WEBHOOKS).await?,
    })
}

/// One of them, for an operator's tool. Fails where no dispatcher has made it yet.
pub async fn find_bucket(
    client: Client,
    shard: Shard,
    kind: BucketKind,
) -> Result<Arc<dyn Bucket>, BucketError> {
    Ok(Arc::new(JetStreamBucket::find(&WriteErrors::new(client), shard, kind.name).await?))
}
