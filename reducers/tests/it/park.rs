//! Events that cannot be folded: parked with their reason, and the rest goes on.

use std::sync::Arc;

use data_set::write::Reason;
use domain::Shard;
use event_store::conformance::{self, FRAMES, publish_frame};
use event_store::{EventLog, Expected, InMemoryLog};
use event_store_nats::{JetStreamConfig, JetStreamLog};
use reducers::OnBad;
use testkit::Nats;

use crate::history::{Author, plant};
use crate::rows::DataSet;

const POSTED: &str = "rookery.message.posted.v1";

#[tokio::test]
async fn what_cannot_be_folded_is_parked_and_the_rest_goes_on() {
    let log: Arc<dyn EventLog> = Arc::new(InMemoryLog::new(Shard(0)));
    let data_set = DataSet::start().await;
    let mut author = Author::new(Arc::clone(&log), 1);
    author.write(20).await;
    let truncated = plant(&*log, POSTED, r#"{"author":"7","te"#).await;
    let nul = plant(&*log, POSTED, r#"{"author":"7","text":"a\u0000b","tags":[]}"#).await;
    let missing = plant(&*log, "rookery.message.edited.v1", r#"{"author":"7"}"#).await;
    // It decodes, but no index of Postgres holds a key of 20,000 bytes that do not repeat.
    let noise: String = (0..20_000_u64).map(|n| char::from(b'a' + (n * n * 31 % 7919 % 26) as u8)).collect();
    let huge = plant(&*log, POSTED, &format!(r#"{{"author":"7","text":"x","tags":["{noise}"]}}"#)).await;
    let nobody = plant(&*log, "rookery.account.followed.v1", r#"{"follower":"7"}"#).await;
    let profile = format!(r#"{{"account":"7","handle":"{noise}","displayName":"x"}}"#);
    let huge_handle = plant(&*log, "rookery.account.registered.v1", &profile).await;
    // Another type may be passed over; a later version of one that this code answers for may not.
    let later = plant(&*log, "rookery.message.posted.v9", "{}").await;
    author.write(20).await;
    let worker = data_set.fold(Arc::clone(&log));
    data_set.caught_up(&*log).await;
    worker.stop().await;

    let mut parked = data_set.parked().await;
    parked.retain(|(_, reason, _)| reason != "waiting");
    let reasons: Vec<_> = parked.iter().map(|(at, reason, _)| (*at, reason.as_str())).collect();
    assert_eq!(
        reasons,
        [
            (truncated, "undecodable"),
            (nul, "undecodable"),
            (missing, "undecodable"),
            (huge, "refused-by-database"),
            (nobody, "undecodable"),
            (huge_handle, "refused-by-database"),
            (later, "unknown-version"),
        ]
    );
    assert!(parked.iter().all(|(_, _, detail)| !detail.is_empty()));
    let folded: i64 = sqlx::query_scalar("select count(*) from social_v1.message where id > $1")
        .bind(huge_handle)
        .fetch_one(&data_set.pool)
        .await
        .expect("readable");
    assert!(folded > 0, "messages behind the parked events are there");
}

#[tokio::test]
async fn events_of_unknown_types_are_passed_over_but_move_the_checkpoint() {
    let log: Arc<dyn EventLog> = Arc::new(InMemoryLog::new(Shard(0)));
    let data_set = DataSet::start().await;
    plant(&*log, "rookery.message.pinned.v1", "{}").await;
    let last = plant(&*log, "somebody.elses.event", "not json").await;
    let worker = data_set.fold(Arc::clone(&log));
    data_set.caught_up(&*log).await;
    worker.stop().await;
    assert_eq!(data_set.checkpoint().await, Ok(last));
    assert!(data_set.parked().await.is_empty());
}

#[tokio::test]
async fn a_lane_that_is_to_stop_folds_up_to_the_bad_event_and_says_where_it_is() {
    let log: Arc<dyn EventLog> = Arc::new(InMemoryLog::new(Shard(0)));
    let data_set = DataSet::start().await;
    let mut author = Author::new(Arc::clone(&log), 1);
    author.write(20).await;
    let before = log.head().await.expect("a head");
    let bad = plant(&*log, "rookery.account.followed.v1", r#"{"follower":"7"}"#).await;
    author.write(20).await;
    let stopped = data_set.work(Arc::clone(&log), OnBad::Stop).end().await.expect_err("stops");
    assert_eq!((stopped.position.get(), stopped.reason), (bad, Reason::Undecodable));
    let folded = data_set.checkpoint().await.expect("readable") >> 8;
    assert_eq!(u64::try_from(folded), Ok(before.get()));
    assert!(data_set.parked().await.is_empty());
}

#[tokio::test]
async fn messages_that_no_client_reads_are_parked_with_their_reason_and_the_rest_goes_on() {
    let nats = Nats::start().await;
    let mut config = JetStreamConfig::new(nats.url(), "park");
    config.stream_bytes_max = 256 << 20;
    let log: Arc<dyn EventLog> = Arc::new(JetStreamLog::open(&config).await.expect("the log opens"));
    let data_set = DataSet::start().await;
    let worker = data_set.fold(Arc::clone(&log));
    let (mut bad, mut last) = (Vec::new(), 0);
    for frame in FRAMES {
        bad.push((publish_frame(&nats.url(), frame).await << 8, frame));
        let command = conformance::command();
        let event = conformance::posted(&*log, 2, "all is well", command, Expected::Any);
        last = log.append(command, vec![event]).await.expect("appended").positions[0].get();
        data_set.caught_up(&*log).await;
    }
    worker.stop().await;

    let parked = data_set.parked().await;
    assert_eq!(parked.len(), FRAMES.len(), "{parked:?}");
    for ((at, reason, detail), (position, frame)) in parked.iter().zip(bad) {
        assert_eq!((at.unsigned_abs(), reason.as_str()), (position, "undecodable"), "{}", frame.name);
        assert_eq!(detail.contains("headers of the event cannot be read"), !frame.is_readable, "{detail}");
    }
    let folded: Vec<i64> = sqlx::query_scalar("select id from social_v1.message order by id")
        .fetch_all(&data_set.pool)
        .await
        .expect("readable");
    assert_eq!((folded.len(), folded.last()), (FRAMES.len(), Some(&last)));
}
