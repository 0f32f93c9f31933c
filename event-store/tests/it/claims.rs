//! The claims, in memory and in front of a real nats-server.

use std::sync::Arc;

use domain::Shard;
use event_store::{InMemoryClaims, JetStreamClaims, conformance, jet_stream};
use testkit::Nats;

#[tokio::test]
async fn claims_in_memory_keep_their_promises() {
    conformance::claims_keep_their_promises(Arc::new(InMemoryClaims::default())).await;
}

#[tokio::test]
async fn claims_on_the_broker_keep_their_promises() {
    let nats = Nats::start().await;
    let client = jet_stream::connect(&nats.url(), "claims-test").await.expect("the broker answers");
    let claims = JetStreamClaims::open_bucket(&event_store::WriteErrors::new(client), Shard(0), 1, 16 << 20)
        .await
        .expect("it is made");
    conformance::claims_keep_their_promises(Arc::new(claims)).await;
}
