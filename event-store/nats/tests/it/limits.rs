//! Bounds of streams: shown, raised, and refused in words that tell what to do.

use domain::Shard;
use event_store::{AppendError, EventLog, Expected, OpenError, conformance};
use event_store_nats::limits::{self, RaiseError};
use event_store_nats::{self, JetStreamConfig, JetStreamLog};
use testkit::Nats;

fn config(nats: &Nats, bytes_max: i64) -> JetStreamConfig {
    let mut config = JetStreamConfig::new(nats.url(), "limits");
    config.stream_bytes_max = bytes_max;
    config
}

#[tokio::test]
async fn more_than_the_broker_may_reserve_is_told_as_that() {
    let nats = Nats::start().await;
    let refused = JetStreamLog::open(&config(&nats, 8 << 30)).await;
    assert!(matches!(refused, Err(OpenError::NoRoom { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_full_log_takes_events_again_once_its_bound_is_raised() {
    let nats = Nats::start().await;
    let log = JetStreamLog::open(&config(&nats, 20_000)).await.expect("the log opens");
    let client =
        || async { event_store_nats::connect(&nats.url(), "limits").await.expect("the broker answers") };
    let append = async || {
        let command = conformance::command();
        let event = conformance::posted(&log, 1, &"x".repeat(200), command, Expected::Any);
        log.append(command, vec![event]).await
    };
    while append().await.is_ok() {}
    assert!(matches!(append().await, Err(AppendError::Full(_))));

    let raise = async |name: &str, bytes| limits::raise(client().await, Shard(0), name, bytes).await;
    let less = raise("EVENTS_0", 10_000).await;
    assert!(matches!(less, Err(RaiseError::NotMore { bytes_max: 20_000, .. })), "{less:?}");
    let too_much = raise("EVENTS_0", 8 << 30).await;
    assert!(matches!(too_much, Err(RaiseError::Open(OpenError::NoRoom { .. }))), "{too_much:?}");
    assert!(matches!(raise("OTHER_0", 1).await, Err(RaiseError::Unknown(_))));
    raise("EVENTS_0", 40_000).await.expect("it is raised");
    append().await.expect("there is room");
    let listed = limits::list(client().await, Shard(0)).await.expect("they are told");
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert!(listed[0].bytes_max == 40_000 && listed[0].used > 19_000, "{listed:?}");
    let reserved = limits::reserved(client().await).await.expect("it may be asked");
    assert_eq!(reserved.bytes, 40_000);
}
