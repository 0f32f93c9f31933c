//! The key-value stores, each fact in memory and in front of a real nats-server.

use std::sync::Arc;
use std::time::Duration;

use domain::Shard;
use event_store::conformance::{self, account};
use event_store::vault::{
    BucketConfig, InMemoryBucket, JetStreamBucket, PasswordHash, StoredKey, VaultError, find_signing_keys,
};
use event_store::{Vault, WriteErrors, jet_stream};
use testkit::Nats;
use time::OffsetDateTime;

const KEEP: Duration = Duration::from_secs(3_600);

fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_800_000_000).expect("it is a time")
}

async fn client(nats: &Nats) -> async_nats::Client {
    jet_stream::connect(&nats.url(), "vault-test").await.expect("the broker answers")
}

async fn open(nats: &Nats) -> Vault {
    Vault::open(&WriteErrors::new(client(nats).await), Shard(0), 1, 16 << 20).await.expect("the buckets open")
}

#[tokio::test]
async fn stores_in_memory_do_what_they_say() {
    conformance::bucket_keeps_its_promises(Arc::new(InMemoryBucket::default())).await;
    conformance::vault_keeps_its_promises(Vault::in_memory()).await;
}

#[tokio::test]
async fn stores_on_the_broker_do_what_they_say() {
    let nats = Nats::start().await;
    let config = BucketConfig { name: "TEST", description: "", bytes_max: 1 << 20, age_max: None };
    let bucket =
        JetStreamBucket::find_or_make(&WriteErrors::new(client(&nats).await), Shard(0), 1, config).await;
    conformance::bucket_keeps_its_promises(Arc::new(bucket.expect("it is made"))).await;
    conformance::vault_keeps_its_promises(open(&nats).await).await;
}

#[tokio::test]
async fn stores_survive_a_crash_of_the_broker() {
    let mut nats = Nats::start().await;
    let vault = open(&nats).await;
    vault.credentials.put(account(7), &PasswordHash::new("$argon2id$")).await.expect("it writes");
    nats.kill().await;
    testkit::eventually("it is noticed", Duration::from_secs(20), async || {
        match vault.credentials.get(account(7)).await {
            Err(VaultError::Unavailable { .. }) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    nats.restart().await;
    let vault = open(&nats).await;
    assert!(vault.credentials.get(account(7)).await.expect("it reads").is_some());
}

#[tokio::test]
async fn a_tool_finds_the_keys_and_makes_no_bucket() {
    let nats = Nats::start().await;
    assert!(find_signing_keys(client(&nats).await, Shard(0)).await.is_err());
    let vault = open(&nats).await;
    let key = ("a".to_owned(), StoredKey::new("pem", now()));
    vault.signing_keys.ensure(key, KEEP).await.expect("it makes one");
    let found = find_signing_keys(client(&nats).await, Shard(0)).await.expect("the dispatcher made it");
    assert!(found.read().await.expect("it reads").keys.contains_key("a"));
}
