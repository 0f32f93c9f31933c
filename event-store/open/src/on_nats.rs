//! A log on NATS JetStream.

use std::sync::Arc;

use domain::Shard;
use event_store::buckets::{Bucket, BucketKind};
use event_store::{BucketError, Cause, EventLog, OpenError};
use event_store_nats::{JetStreamConfig, JetStreamLog};

use crate::config::{Patience, Store, StoreConfig};

fn config(own: &StoreConfig) -> JetStreamConfig {
    let mut config = JetStreamConfig::new(&own.url, &own.client_name);
    config.create = own.create;
    config.lineage = own.lineage.clone();
    config.replicas = own.replicas;
    config.stream_bytes_max = own.log_bytes_max;
    if let Some(Patience { ack_timeout, append_deadline }) = own.patience {
        (config.ack_timeout, config.append_deadline) = (ack_timeout, append_deadline);
    }
    config
}

pub(crate) async fn open_log(own: &StoreConfig) -> Result<Arc<dyn EventLog>, OpenError> {
    Ok(Arc::new(JetStreamLog::open(&config(own)).await?))
}

pub(crate) async fn open(own: &StoreConfig) -> Result<Store, OpenError> {
    let config = config(own);
    let log = JetStreamLog::open(&config).await?;
    log.remember_keys(own.keys_max);
    let (errors, shard, replicas) = (log.write_errors(), config.shard, config.replicas);
    let buckets = event_store_nats::open_buckets(errors, shard, replicas, own.bucket_bytes_max).await;
    Ok(Store { buckets: buckets.map_err(unopened)?, log: Arc::new(log) })
}

pub(crate) async fn find_bucket(
    url: &str,
    client_name: &str,
    shard: Shard,
    kind: BucketKind,
) -> Result<Arc<dyn Bucket>, OpenError> {
    let client = event_store_nats::connect(url, client_name).await?;
    event_store_nats::find_bucket(client, shard, kind).await.map_err(unopened)
}

fn unopened(error: BucketError) -> OpenError {
    match error {
        BucketError::NoRoom { bucket, reason } => OpenError::NoRoom { stream: bucket, reason },
        error => OpenError::Unavailable(Cause::new(error)),
    }
}
