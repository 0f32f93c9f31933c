//! The newest events of many subjects, with brokers that lag behind, are away, or are written to meanwhile.

use std::sync::Arc;
use std::time::Duration;

use event_store::{EventLog, conformance};
use event_store_nats::{JetStreamConfig, JetStreamLog};
use testkit::{Nats, NatsCluster};

use crate::jet_stream::{append, config, open};

#[tokio::test]
async fn last_of_each() {
    let nats = Nats::start().await;
    conformance::last_of_each(&open(&nats).await).await;
}

#[tokio::test]
async fn last_of_each_while_others_append() {
    let nats = Nats::start().await;
    conformance::last_of_each_while_others_append(Arc::new(open(&nats).await)).await;
}

/// That nobody answers is never taken for "there is none".
#[tokio::test]
async fn the_newest_events_of_subjects_are_not_made_up_while_the_broker_is_away() {
    let mut nats = Nats::start().await;
    let mut short = config(&nats);
    short.ack_timeout = Duration::from_millis(500);
    let log = JetStreamLog::open(&short).await.expect("the log opens");
    let at = append(&log, "kept").await;
    let subjects = [conformance::outbox(&log, 1), conformance::outbox(&log, 2)];
    let is_right = async || match log.last_of_each(&subjects).await {
        Ok(found) => {
            let found = found.iter().map(|(subject, last)| (subject, last.position.sequence().get()));
            assert_eq!(found.collect::<Vec<_>>(), [(&subjects[0], at)]);
            Ok(())
        }
        Err(error) => Err(error.to_string()),
    };
    is_right().await.expect("readable");
    nats.pause();
    is_right().await.expect_err("frozen");
    nats.resume();
    testkit::eventually("it answers again", Duration::from_secs(20), is_right).await;
    nats.kill().await;
    is_right().await.expect_err("gone");
    nats.restart().await;
    testkit::eventually("it answers again", Duration::from_secs(20), is_right).await;
}

/// Whichever of three brokers answers: some lag behind the leader.
#[tokio::test]
async fn the_newest_events_of_subjects_are_those_of_the_leader() {
    let cluster = NatsCluster::start().await;
    let mut config = JetStreamConfig::new(cluster.urls(), "conformance");
    (config.stream_bytes_max, config.replicas) = (64 << 20, 3);
    // Three who have just met elect a leader first.
    let open = async || JetStreamLog::open(&config).await.map_err(|error| error.to_string());
    let log = testkit::eventually("the log opens", Duration::from_secs(30), open).await;
    append(&log, "the first").await;
    conformance::last_of_each_while_others_append(Arc::new(log)).await;
}
