//! From the log into segments.

use std::os::unix::fs::PermissionsExt;

use archive::{Archive, ArchiveError, Archived, Bounds};
use domain::Shard;
use event_store::InMemoryLog;
use testkit::Nats;

use crate::support::{BOUNDS, archive, open, problems, world, write};

#[tokio::test]
async fn a_second_run_goes_on_behind_the_first_and_changes_none_of_its_files() {
    let (_nats, log, dir) = world().await;
    assert_eq!(archive(&log, dir.path()).await, Archived { before: 0, after: 40, segments: 6 });
    let names = |archive: &Archive| {
        let segments = archive.manifest().segments.iter();
        segments.map(|segment| (segment.file.clone(), segment.file_sha256.clone())).collect::<Vec<_>>()
    };
    let first = names(&Archive::open(dir.path()).expect("it opens"));
    assert_eq!(archive(&log, dir.path()).await, Archived { before: 40, after: 40, segments: 0 });
    write(&log, 9).await;
    assert_eq!(archive(&log, dir.path()).await, Archived { before: 40, after: 49, segments: 2 });
    let second = names(&Archive::open(dir.path()).expect("it opens"));
    assert_eq!(second[..6], first);
    assert_eq!(second[6].0, "00000000000000000041.ndjson.zst");
    assert_eq!(problems(dir.path()), []);
}

#[tokio::test]
async fn segments_are_bounded_by_bytes_too_and_readable_by_their_owner_alone() {
    let (_nats, log, dir) = world().await;
    let bounds = Bounds { bytes: 2_000, ..BOUNDS };
    archive::archive(&log, dir.path(), bounds, &mut |_| {}).await.expect("archived");
    let archive = Archive::open(dir.path()).expect("it opens");
    assert!(archive.manifest().segments.len() > 6, "{:?}", archive.manifest());
    for entry in std::fs::read_dir(dir.path()).expect("a folder") {
        let mode = entry.expect("an entry").metadata().expect("it is there").permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
    assert_eq!(problems(dir.path()), []);
}

#[tokio::test]
async fn an_archive_of_another_log_or_of_a_longer_one_is_left_alone() {
    let (nats, log, dir) = world().await;
    archive(&log, dir.path()).await;
    let other = Nats::start().await;
    let other = open(&other).await;
    write(&other, 50).await;
    let refused = archive::archive(&other, dir.path(), BOUNDS, &mut |_| {}).await;
    assert!(matches!(refused, Err(ArchiveError::OtherLog { .. })), "{refused:?}");

    // A log that lost its end. Its stream forbids purging; an administrator may allow it.
    let context = async_nats::jetstream::new(async_nats::connect(nats.url()).await.expect("connected"));
    let stream = context.get_stream("EVENTS_0").await.expect("the stream");
    let mut copy = stream.cached_info().config.clone();
    let lineage = event_store::EventLog::lineage(&log);
    context.delete_stream("EVENTS_0").await.expect("deleted");
    copy.metadata.insert("rookery.restored.lineage".to_owned(), lineage.to_string());
    let made = context.create_stream(copy.clone()).await.expect("made");
    let created = made.cached_info().created.unix_timestamp_nanos().to_string();
    copy.metadata.insert("rookery.restored.created".to_owned(), created);
    context.update_stream(copy).await.expect("updated");
    let shorter = open(&nats).await;
    write(&shorter, 39).await;
    let refused = archive::archive(&shorter, dir.path(), BOUNDS, &mut |_| {}).await;
    assert!(matches!(refused, Err(ArchiveError::LogIsShorter { head: 39, archived: 40 })), "{refused:?}");
    write(&shorter, 3).await;
    let refused = archive::archive(&shorter, dir.path(), BOUNDS, &mut |_| {}).await;
    assert!(matches!(refused, Err(ArchiveError::Differs { sequence: 40 })), "{refused:?}");
    assert_eq!(problems(dir.path()), []);
}

#[tokio::test]
async fn a_log_without_raw_headers_is_archived_with_those_of_its_envelopes() {
    let log = InMemoryLog::new(Shard(0));
    write(&log, 20).await;
    let dir = tempfile::tempdir().expect("a temporary directory");
    assert_eq!(archive(&log, dir.path()).await.after, 20);
    assert_eq!(problems(dir.path()), []);
}
