//! From segments into a log.

use archive::{Archive, ArchiveError, Restored};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use event_store::conformance::{FRAMES, publish_frame};
use event_store::{EventLog, Expected, OpenError, StoredEvent, conformance};
use event_store_nats::{JetStreamConfig, JetStreamLog, Restoration, RestoreError};
use tempfile::TempDir;
use testkit::Nats;

use crate::support::{BOUNDS, all, archive, config, open, problems, world, write};

async fn begin(nats: &Nats, archive: &Archive) -> Restoration {
    Restoration::begin(&config(nats), &archive.lineage(), archive.last()).await.expect("the stream is there")
}

async fn restore(nats: &Nats, archive: &Archive) -> Result<Restored, ArchiveError> {
    archive::restore(archive, &mut begin(nats, archive).await, &mut |_| {}).await
}

fn own(events: Vec<StoredEvent>) -> Vec<StoredEvent> {
    events.into_iter().map(StoredEvent::without_delivery).collect()
}

/// A log, its archive, and an empty broker.
async fn archived() -> (Nats, JetStreamLog, TempDir, Archive, Nats) {
    let (nats, log, dir) = world().await;
    archive(&log, dir.path()).await;
    let archive = Archive::open(dir.path()).expect("it opens");
    (nats, log, dir, archive, Nats::start().await)
}

#[tokio::test]
async fn a_restored_log_has_the_same_lineage_sequences_times_headers_and_data() {
    let (_nats, log, _dir, archive, other) = archived().await;
    let restored = restore(&other, &archive).await.expect("restored");
    assert_eq!(restored, Restored { found: 0, last: 40, was_done: false });
    let new = open(&other).await;
    assert_eq!(new.lineage(), log.lineage());
    assert_eq!(own(all(&new).await), own(all(&log).await));
    // The other ways of reading tell the same times.
    for sequence in [1, 15, 40] {
        let sequence = domain::Sequence::new(sequence).expect("small");
        let read = async |log: &JetStreamLog| log.read(sequence).await.expect("readable").expect("there");
        let (old, new) = (read(&log).await, read(&new).await);
        assert_eq!((old.recorded_at, old.envelope, old.data), (new.recorded_at, new.envelope, new.data));
    }
    let outbox = || conformance::outbox(&log, 2);
    let of = async |log: &JetStreamLog| {
        let events = log.read_subject(outbox(), domain::Sequence::ZERO).await.expect("readable");
        events.into_iter().map(|event| (event.position, event.recorded_at)).collect::<Vec<_>>()
    };
    assert_eq!(of(&log).await, of(&new).await);

    let again = restore(&other, &archive).await.expect("a repetition is answered");
    assert!(again.was_done);
}

#[tokio::test]
async fn a_restored_log_goes_on_and_so_does_its_archive() {
    let (_nats, _log, dir, archive, other) = archived().await;
    restore(&other, &archive).await.expect("restored");
    let new = open(&other).await;
    // A client that sends the header of restored events cannot set the time of new ones.
    let context = async_nats::jetstream::new(async_nats::connect(other.url()).await.expect("connected"));
    let mut forged = async_nats::HeaderMap::new();
    forged.insert("rookery-recorded-at", "1999-01-01T00:00:00Z");
    let publish = context.publish_with_headers("ev.0.elsewhere", forged, "{}".into());
    publish.await.expect("published").await.expect("acked");
    write(&new, 4).await;
    let forged = new.read(domain::Sequence::new(41).expect("small")).await.expect("readable").expect("there");
    assert!(forged.recorded_at.year() > 1999, "{}", forged.recorded_at);

    let run = crate::support::archive(&new, dir.path()).await;
    assert_eq!((run.before, run.after), (40, 45));
    assert_eq!(problems(dir.path()), []);
    let (third, archive) = (Nats::start().await, Archive::open(dir.path()).expect("it opens"));
    restore(&third, &archive).await.expect("restored again");
    let copy = open(&third).await;
    assert_eq!(copy.lineage(), new.lineage());
    assert_eq!(own(all(&copy).await), own(all(&new).await));
}

#[tokio::test]
async fn a_stream_is_nobodys_log_until_all_of_it_was_compared() {
    let (_nats, _log, _dir, archive, other) = archived().await;
    let stream = begin(&other, &archive).await;
    let refused = JetStreamLog::open(&config(&other)).await;
    match refused {
        Err(OpenError::CanLoseEvents { problems, .. }) => {
            assert!(problems.iter().any(|words| words.contains("rookery restore")), "{problems:?}");
        }
        other => panic!("{other:?}"),
    }
    drop(stream);
    restore(&other, &archive).await.expect("restored");
    open(&other).await;
}

#[tokio::test]
async fn an_interrupted_restoration_goes_on_wherever_it_stopped() {
    let (_nats, log, _dir, archive, other) = archived().await;
    let events = all(&log).await;
    let stream = begin(&other, &archive).await;
    let mut at = 0;
    // In batches of its own, with the last of each sent twice, as after a lost answer.
    for size in [1, 5, 9] {
        let batch = &events[at..at + size];
        stream.append(batch).await.expect("appended");
        stream.append(batch).await.expect("a repetition is answered");
        at += size;
        assert_eq!(stream.head().await.expect("a head").get(), at as u64);
    }
    drop(stream);
    let restored = restore(&other, &archive).await.expect("restored");
    assert_eq!(restored, Restored { found: 15, last: 40, was_done: false });
    assert_eq!(own(all(&open(&other).await).await), own(events));
}

#[tokio::test]
async fn a_stream_that_holds_something_else_is_left_alone() {
    let (_nats, _log, _dir, archive, other) = archived().await;
    let strange = open(&other).await;
    write(&strange, 3).await;
    let refused = Restoration::begin(&config(&other), &archive.lineage(), archive.last()).await;
    assert!(matches!(refused, Err(RestoreError::Occupied { .. })), "{refused:?}");
    assert_eq!(strange.head().await.expect("a head").get(), 3);

    // Being restored, but with an event that the archive does not have.
    let third = Nats::start().await;
    let stream = begin(&third, &archive).await;
    let mut events = all(&strange).await;
    events.truncate(1);
    stream.append(&events).await.expect("appended");
    let refused = restore(&third, &archive).await;
    assert!(matches!(refused, Err(ArchiveError::Differs { sequence: 1 })), "{refused:?}");
    assert!(JetStreamLog::open(&config(&third)).await.is_err(), "it did not become the log");

    let other_lineage = event_store::Lineage("another@1".into());
    let refused = Restoration::begin(&config(&third), &other_lineage, archive.last()).await;
    assert!(matches!(refused, Err(RestoreError::OtherArchive { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_damaged_archive_is_not_restored_at_all() {
    let (_nats, _log, dir, archive, other) = archived().await;
    let last = dir.path().join("00000000000000000036.ndjson.zst");
    let mut bytes = std::fs::read(&last).expect("there");
    bytes[40] ^= 1;
    std::fs::write(&last, bytes).expect("written");
    let refused = restore(&other, &archive).await;
    assert!(matches!(refused, Err(ArchiveError::Damaged { .. })), "{refused:?}");
    assert_eq!(begin(&other, &archive).await.head().await.expect("a head").get(), 0);
}

/// A copy of a restored stream holds the same metadata, and is another log all the same.
#[tokio::test]
async fn a_copy_of_a_restored_stream_is_another_log() {
    let (_nats, log, _dir, archive, other) = archived().await;
    restore(&other, &archive).await.expect("restored");
    let context = async_nats::jetstream::new(async_nats::connect(other.url()).await.expect("connected"));
    let stream = context.get_stream("EVENTS_0").await.expect("the stream");
    let config = stream.cached_info().config.clone();
    context.delete_stream("EVENTS_0").await.expect("deleted");
    context.create_stream(config).await.expect("made");
    assert_ne!(open(&other).await.lineage(), log.lineage());
}

#[tokio::test]
async fn a_broker_that_dies_while_it_is_filled_is_filled_by_the_next_run() {
    let nats = Nats::start().await;
    let log = open(&nats).await;
    write(&log, 600).await;
    let dir = tempfile::tempdir().expect("a temporary directory");
    archive::archive(&log, dir.path(), BOUNDS, &mut |_| {}).await.expect("archived");
    let archive = Archive::open(dir.path()).expect("it opens");
    let mut other = Nats::start().await;
    let events = all(&log).await;
    let stream = begin(&other, &archive).await;
    stream.append(&events[..250]).await.expect("appended");
    other.kill().await;
    drop(stream);
    other.restart().await;
    let restored = restore(&other, &archive).await.expect("restored");
    assert_eq!((restored.found, restored.last), (250, 600));
    assert_eq!(own(all(&open(&other).await).await), own(events));
}

/// The lines of all segments, without the headers that tell a broker how to take an event in.
fn lines(archive: &Archive, dir: &std::path::Path) -> Vec<String> {
    let mut lines = Vec::new();
    for segment in &archive.manifest().segments {
        let file = std::fs::File::open(dir.join(&segment.file)).expect("there");
        let text = String::from_utf8(zstd::decode_all(file).expect("packed")).expect("it is text");
        for line in text.lines().skip(1) {
            let mut line: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let headers = line["headers"].as_object_mut().expect("an object");
            headers.retain(|name, _| !name.starts_with("Nats-"));
            lines.push(line.to_string());
        }
    }
    lines
}

#[tokio::test]
async fn messages_that_no_client_reads_are_archived_and_restored_byte_for_byte() {
    let nats = Nats::start().await;
    let log = open(&nats).await;
    for frame in FRAMES {
        publish_frame(&nats.url(), frame).await;
        write(&log, 1).await;
    }
    let dir = tempfile::tempdir().expect("a temporary directory");
    // In two runs: the second one begins with a look at the last event of the first.
    archive::archive(&log, dir.path(), BOUNDS, &mut |_| {}).await.expect("archived");
    publish_frame(&nats.url(), &FRAMES[0]).await;
    archive::archive(&log, dir.path(), BOUNDS, &mut |_| {}).await.expect("archived");
    publish_frame(&nats.url(), &FRAMES[2]).await;
    archive::archive(&log, dir.path(), BOUNDS, &mut |_| {}).await.expect("archived");
    assert_eq!(problems(dir.path()), []);
    let first = Archive::open(dir.path()).expect("it opens");
    let lines_of_first = lines(&first, dir.path());
    for (line, frame) in lines_of_first.iter().step_by(2).zip(FRAMES) {
        let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let block = line["headerBlockBase64"].as_str().map(|text| STANDARD.decode(text).expect("base64"));
        match block {
            Some(block) => assert_eq!(Some(block), frame.stored_block(), "{}", frame.name),
            None => assert!(frame.is_readable, "{}", frame.name),
        }
    }

    let other = Nats::start().await;
    restore(&other, &first).await.expect("restored");
    let new = open(&other).await;
    assert_eq!(own(all(&new).await), own(all(&log).await));
    for sequence in 1..=first.last() {
        let sequence = domain::Sequence::new(sequence).expect("small");
        let read = async |log: &JetStreamLog| log.read(sequence).await.expect("readable").expect("there");
        let (old, new) = (read(&log).await, read(&new).await);
        assert_eq!((old.recorded_at, old.envelope, old.data), (new.recorded_at, new.envelope, new.data));
        assert_eq!((old.unreadable, old.subject), (new.unreadable, new.subject));
    }
    let (of_old, of_new) = (conformance::outbox(&log, 1), conformance::outbox(&new, 1));
    let old = log.read_subject(of_old, domain::Sequence::ZERO).await.expect("readable");
    let new_ones = new.read_subject(of_new, domain::Sequence::ZERO).await.expect("readable");
    assert_eq!(old.len(), new_ones.len());

    let again = tempfile::tempdir().expect("a temporary directory");
    archive::archive(&new, again.path(), BOUNDS, &mut |_| {}).await.expect("archived");
    let second = Archive::open(again.path()).expect("it opens");
    assert_eq!(lines(&second, again.path()), lines_of_first);
}

/// The events of a log that was filled up to its bound, its archive, and an empty broker.
async fn full(bytes_max: i64) -> (Vec<StoredEvent>, TempDir, Archive, Nats) {
    let nats = Nats::start().await;
    let small = JetStreamConfig { stream_bytes_max: bytes_max, ..config(&nats) };
    let log = JetStreamLog::open(&small).await.expect("the log opens");
    loop {
        let command = conformance::command();
        let event = conformance::posted(&log, 1, "x", command, Expected::Any);
        if log.append(command, vec![event]).await.is_err() {
            break;
        }
    }
    let dir = tempfile::tempdir().expect("a temporary directory");
    archive(&log, dir.path()).await;
    let archive = Archive::open(dir.path()).expect("it opens");
    (own(all(&log).await), dir, archive, Nats::start().await)
}

async fn restore_into(
    nats: &Nats,
    archive: &Archive,
    bytes_max: i64,
    events: u64,
) -> Result<Restored, ArchiveError> {
    let config = JetStreamConfig { stream_bytes_max: bytes_max, ..config(nats) };
    let mut stream =
        Restoration::begin(&config, &archive.lineage(), events).await.expect("the stream is there");
    archive::restore(archive, &mut stream, &mut |_| {}).await
}

#[tokio::test]
async fn a_log_at_its_bound_is_restored_into_the_same_one() {
    const BYTES_MAX: i64 = 40_000;
    let (events, _dir, archive, other) = full(BYTES_MAX).await;
    restore_into(&other, &archive, BYTES_MAX, archive.last()).await.expect("restored");
    let new = open(&other).await;
    assert_eq!(own(all(&new).await), events);
    let command = conformance::command();
    let event = conformance::posted(&new, 1, "x", command, Expected::Any);
    assert!(new.append(command, vec![event]).await.is_err(), "it is as full as it was");
}

#[tokio::test]
async fn what_ran_out_of_room_goes_on_with_more() {
    let (events, _dir, archive, other) = full(40_000).await;
    let short = restore_into(&other, &archive, 20_000, 0).await;
    assert!(short.is_err(), "{short:?}");
    let done = restore_into(&other, &archive, 60_000, archive.last()).await;
    done.expect("it goes on");
    assert_eq!(own(all(&open(&other).await).await), events);
}
