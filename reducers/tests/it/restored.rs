//! The data set is a function of the log, and a log that was restored from an archive is that log.

use std::sync::Arc;

use archive::{Archive, Bounds};
use domain::{Position, Sequence};
use event_store::conformance::{FRAMES, publish_frame};
use event_store::{EventLog, RecordedEvent, decode};
use event_store_nats::{JetStreamConfig, JetStreamLog, Restoration};
use reducers::history::History;
use testkit::Nats;

use crate::feeds;
use crate::history::{Author, plant};
use crate::rows::DataSet;

fn config(nats: &Nats) -> JetStreamConfig {
    let mut config = JetStreamConfig::new(nats.url(), "restored");
    config.stream_bytes_max = 256 << 20;
    config
}

async fn open(nats: &Nats) -> Arc<dyn EventLog> {
    Arc::new(JetStreamLog::open(&config(nats)).await.expect("the log opens"))
}

async fn all(log: &dyn EventLog) -> Vec<RecordedEvent> {
    let head = usize::try_from(log.head().await.expect("a head").get()).expect("short");
    let mut tail = log.tail(Sequence::ZERO).await.expect("followed");
    let mut events = Vec::new();
    while events.len() < head {
        events.extend(tail.next_batch(head - events.len()).await.expect("it goes on").expect("readable"));
    }
    events
}

/// All rows of all projections, with their times, and what was parked.
#[tokio::test]
async fn the_replay_of_a_restored_log_gives_the_same_rows() {
    let (nats, other) = (Nats::start().await, Nats::start().await);
    let log = open(&nats).await;
    let mut author = Author::new(Arc::clone(&log), 77);
    author.write(250).await;
    plant(&*log, "rookery.message.posted.v1", r#"{"author":"7","te"#).await;
    plant(&*log, "rookery.message.posted.v9", "{}").await;
    for frame in FRAMES {
        publish_frame(&nats.url(), frame).await;
    }
    author.write(50).await;

    let dir = tempfile::tempdir().expect("a temporary directory");
    let bounds = Bounds { events: 70, ..Bounds::default() };
    archive::archive(&*log, dir.path(), bounds, &mut |_| {}).await.expect("archived");
    let archive = Archive::open(dir.path()).expect("it opens");
    let mut stream =
        Restoration::begin(&config(&other), &archive.lineage(), archive.last()).await.expect("a stream");
    archive::restore(&archive, &mut stream, &mut |_| {}).await.expect("restored");
    let restored = open(&other).await;

    let mut folded = Vec::new();
    for log in [&log, &restored] {
        let data_set = DataSet::start().await;
        let worker = data_set.fold(Arc::clone(log));
        data_set.caught_up(&**log).await;
        worker.stop().await;
        let (rows, parked) = (data_set.rows().await, data_set.parked().await);
        let worker = data_set.work_on(Arc::clone(log), Arc::new(History));
        data_set.projection_caught_up(&**log, "history").await;
        worker.stop().await;
        folded.push((rows, parked, data_set.past_rows().await));
    }
    let bad = folded[0].1.iter().filter(|(_, reason, _)| reason != "waiting").count();
    assert_eq!(bad, 2 + FRAMES.len(), "{:?}", folded[0].1);
    let filled = folded[0].0.values().filter(|rows| !rows.is_empty()).count();
    assert!(filled >= 10, "{filled} tables have rows to compare");
    assert_eq!(folded[0], folded[1]);

    let of_feeds = async |log: &dyn EventLog| {
        let mut events = all(log).await;
        events.retain(|event| decode(event).is_ok());
        feeds::rows_of(&events).await
    };
    assert_eq!(of_feeds(&*log).await, of_feeds(&*restored).await);

    // A data set that was folded from the original goes on with the restored log, as if nothing had been.
    let data_set = DataSet::start().await;
    let worker = data_set.fold(Arc::clone(&log));
    data_set.caught_up(&*log).await;
    worker.stop().await;
    Author::new(Arc::clone(&restored), 5).write(20).await;
    let worker = data_set.fold(Arc::clone(&restored));
    data_set.caught_up(&*restored).await;
    worker.stop().await;
    let head = Position::new(restored.head().await.expect("a head"), restored.shard());
    assert_eq!(data_set.checkpoint().await, Ok(head.get()));
}
