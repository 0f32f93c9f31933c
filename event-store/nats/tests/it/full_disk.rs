//! A broker whose disk is full, and then has room again.

use std::time::Duration;

use bytes::Bytes;
use domain::Shard;
use event_store::{AppendError, BucketError, EventLog, Expected, NewEvent, conformance};
use event_store_nats::{JetStreamConfig, JetStreamLog, open_buckets};
use testkit::Nats;

const DISK: u64 = 16 << 20;

async fn open(nats: &Nats) -> JetStreamLog {
    let mut config = JetStreamConfig::new(nats.url(), "full-disk");
    config.stream_bytes_max = 256 << 20;
    config.ack_timeout = Duration::from_millis(500);
    JetStreamLog::open(&config).await.expect("the log opens")
}

fn event(log: &JetStreamLog, author: i64, command: domain::CommandId) -> NewEvent {
    conformance::posted(log, author, &"x".repeat(200), command, Expected::Any)
}

async fn append(log: &JetStreamLog) -> Result<u64, AppendError> {
    let command = conformance::command();
    let appended = log.append(command, vec![event(log, 1, command)]).await?;
    Ok(appended.positions[0].sequence().get())
}

/// Appends until that fails.
async fn append_to_the_end(log: &JetStreamLog) -> (u64, AppendError) {
    let mut last = 0;
    loop {
        match append(log).await {
            Ok(sequence) => last = sequence,
            Err(error) => return (last, error),
        }
    }
}

#[tokio::test]
async fn a_full_disk_is_refused_definitely_until_the_broker_was_started_again_with_room() {
    if testkit::no_small_disk() {
        return;
    }
    let mut nats = Nats::start_on_small_disk(DISK).await;
    let log = open(&nats).await;
    let acked = append(&log).await.expect("there is room");
    assert_eq!(log.write_error(), None);

    nats.disk().fill();
    let (last, met) = append_to_the_end(&log).await;
    // It may be on the disk.
    assert!(matches!(met, AppendError::Unknown(_)), "{met:?}");
    let refused = append(&log).await;
    assert!(matches!(refused, Err(AppendError::Full(_))), "{refused:?}");
    let command = conformance::command();
    let both = log.append(command, vec![event(&log, 1, command), event(&log, 2, command)]).await;
    assert!(matches!(both, Err(AppendError::Full(_))), "{both:?}");
    assert!(log.write_error().is_some_and(|words| words.contains("EVENTS_0")));

    nats.disk().make_room();
    let stays = append(&log).await;
    assert!(matches!(stays, Err(AppendError::Full(_))), "{stays:?}");
    nats.restart().await;
    let next = testkit::eventually("the log takes events", Duration::from_secs(20), || async {
        append(&log).await.map_err(|error| error.to_string())
    })
    .await;
    assert_eq!(log.write_error(), None);
    // What was acked is there; the one whose outcome was open may be; what was refused is not.
    let acked = last.max(acked);
    assert!(next == acked + 1 || next == acked + 2, "{next} after {acked}");
    assert_eq!(log.head().await.expect("a head").get(), next);
}

#[tokio::test]
async fn a_bucket_on_a_full_disk_says_so() {
    if testkit::no_small_disk() {
        return;
    }
    let mut nats = Nats::start_on_small_disk(DISK).await;
    let log = open(&nats).await;
    let buckets = open_buckets(log.write_errors(), Shard(0), 1, 16 << 20).await.expect("the buckets open");
    let credentials = &buckets.credentials;
    let put = async |number: i64| {
        credentials.write(&number.to_string(), Some(Bytes::from("x".repeat(100))), 0).await.map(drop)
    };
    put(1).await.expect("there is room");
    nats.disk().fill();
    let mut number = 1;
    let met = loop {
        number += 1;
        match put(number).await {
            Ok(()) => {}
            Err(error) => break error,
        }
    };
    assert!(matches!(met, BucketError::Unavailable { .. }), "{met:?}");
    let refused = put(1_000_000).await;
    assert!(matches!(refused, Err(BucketError::Full { .. })), "{refused:?}");
    assert!(log.write_error().is_some_and(|words| words.contains("KV_CREDENTIALS_0")));
    let entry = credentials.read("1").await.expect("reads go on");
    assert!(entry.value.is_some());

    nats.disk().make_room();
    nats.restart().await;
    testkit::eventually("the bucket takes entries", Duration::from_secs(20), || async {
        put(1_000_001).await.map_err(|error| error.to_string())
    })
    .await;
    assert_eq!(log.write_error(), None);
}

#[tokio::test]
async fn a_broker_that_is_frozen_or_killed_has_no_write_error() {
    let mut nats = Nats::start().await;
    let log = open(&nats).await;
    append(&log).await.expect("it answers");
    nats.pause();
    let frozen = append(&log).await;
    assert!(matches!(frozen, Err(AppendError::Unknown(_))), "{frozen:?}");
    assert_eq!(log.write_error(), None);
    nats.resume();
    nats.kill().await;
    nats.restart().await;
    testkit::eventually("the log takes events", Duration::from_secs(20), || async {
        append(&log).await.map_err(|error| error.to_string())
    })
    .await;
    assert_eq!(log.write_error(), None);
}
