//! The buckets beside the log, in front of a real nats-server.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::Shard;
use event_store::buckets::{BucketKind, SIGNING_KEYS, Written};
use event_store::{BucketError, Buckets, conformance};
use event_store_nats::{JetStreamBucket, WriteErrors, connect, find_bucket, open_buckets};
use testkit::Nats;

const TEST: BucketKind =
    BucketKind { name: "TEST", description: "", age_max: None, bytes_max: Some(1 << 20) };

async fn client(nats: &Nats) -> async_nats::Client {
    connect(&nats.url(), "buckets-test").await.expect("the broker answers")
}

async fn open(nats: &Nats) -> Buckets {
    let errors = WriteErrors::new(client(nats).await);
    open_buckets(&errors, Shard(0), 1, 16 << 20).await.expect("the buckets open")
}

#[tokio::test]
async fn a_bucket_does_what_it_says() {
    let nats = Nats::start().await;
    let errors = WriteErrors::new(client(&nats).await);
    let bucket = JetStreamBucket::find_or_make(&errors, Shard(0), 1, TEST, 0).await.expect("it is made");
    conformance::bucket_keeps_its_promises(Arc::new(bucket)).await;
}

#[tokio::test]
async fn entries_survive_a_crash_of_the_broker() {
    let mut nats = Nats::start().await;
    let buckets = open(&nats).await;
    let written = buckets.credentials.write("7", Some(Bytes::from_static(b"kept")), 0).await;
    assert_eq!(written.expect("it writes"), Written::Done);
    nats.kill().await;
    testkit::eventually("it is noticed", Duration::from_secs(20), async || {
        match buckets.credentials.read("7").await {
            Err(BucketError::Unavailable { .. }) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    nats.restart().await;
    let entry = open(&nats).await.credentials.read("7").await.expect("it reads");
    assert_eq!(entry.value, Some(Bytes::from_static(b"kept")));
}

#[tokio::test]
async fn a_tool_finds_the_keys_and_makes_no_bucket() {
    let nats = Nats::start().await;
    assert!(find_bucket(client(&nats).await, Shard(0), SIGNING_KEYS).await.is_err());
    let buckets = open(&nats).await;
    buckets.signing_keys.write("ring", Some(Bytes::from_static(b"{}")), 0).await.expect("it writes");
    let found =
        find_bucket(client(&nats).await, Shard(0), SIGNING_KEYS).await.expect("the dispatcher made it");
    assert!(found.read("ring").await.expect("it reads").value.is_some());
}
