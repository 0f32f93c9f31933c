//! A log with events of all kinds, and an archive of it.

use std::path::Path;
use std::time::Duration;

use archive::{Archive, Archived, Bounds, Problem};
use event_store::conformance::{command, posted};
use event_store::{EventLog, Expected, StoredEvent};
use event_store_nats::{JetStreamConfig, JetStreamLog};
use tempfile::TempDir;
use testkit::Nats;

/// So small that a short log makes many segments.
pub(crate) const BOUNDS: Bounds = Bounds { events: 7, bytes: 64 << 20 };
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn config(nats: &Nats) -> JetStreamConfig {
    let mut config = JetStreamConfig::new(nats.url(), "archive-test");
    config.stream_bytes_max = 256 << 20;
    config
}

pub(crate) async fn open(nats: &Nats) -> JetStreamLog {
    JetStreamLog::open(&config(nats)).await.expect("the log opens")
}

pub(crate) async fn write(log: &dyn EventLog, events: i64) {
    for number in 1..=events {
        let command = command();
        let event = posted(log, 1 + number % 3, &format!("number {number}"), command, Expected::Any);
        log.append(command, vec![event]).await.expect("appended");
    }
}

/// What no part of this system writes, and a log holds all the same.
pub(crate) async fn write_odd_events(nats: &Nats) {
    let context = async_nats::jetstream::new(async_nats::connect(nats.url()).await.expect("connected"));
    let mut several = async_nats::HeaderMap::new();
    several.append("odd", "a");
    several.append("odd", "b");
    // Somebody who tries to tell us another time, and to be taken for a batch.
    several.append("rookery-recorded-at", "1999-01-01T00:00:00Z");
    several.append("rookery-recorded-at-original", "yesterday");
    several.append("nats-odd", "x");
    let bodies: [&[u8]; 6] =
        [b"", b"\xff\xfe\x00", b"null", b"{\n  \"pretty\": 1\n}", b"{\"cut\":", b"[1, 2]"];
    for body in bodies {
        let publish = context.publish_with_headers("ev.0.elsewhere.7", several.clone(), body.into());
        publish.await.expect("published").await.expect("acked");
        context.publish("ev.0.elsewhere", body.into()).await.expect("published").await.expect("acked");
    }
}

/// A broker with a log of 40 events, and an empty folder.
pub(crate) async fn world() -> (Nats, JetStreamLog, TempDir) {
    let nats = Nats::start().await;
    let log = open(&nats).await;
    write(&log, 14).await;
    write_odd_events(&nats).await;
    write(&log, 14).await;
    (nats, log, tempfile::tempdir().expect("a temporary directory"))
}

pub(crate) async fn archive(log: &dyn EventLog, dir: &Path) -> Archived {
    archive::archive(log, dir, BOUNDS, &mut |_| {}).await.expect("archived")
}

pub(crate) fn problems(dir: &Path) -> Vec<Problem> {
    let archive = Archive::open(dir).expect("the archive opens");
    archive::verify(&archive, &mut |_| {}).expect("the archive can be read")
}

/// Everything that a log holds.
pub(crate) async fn all(log: &dyn EventLog) -> Vec<StoredEvent> {
    let head = usize::try_from(log.head().await.expect("a head").get()).expect("short");
    let mut tail = log.tail_stored(domain::Sequence::ZERO).await.expect("followed");
    let mut events = Vec::new();
    while events.len() < head {
        let batch = tokio::time::timeout(PATIENCE, tail.next_batch(head - events.len())).await;
        events.extend(batch.expect("they come").expect("the tail goes on").expect("they can be read"));
    }
    events
}
