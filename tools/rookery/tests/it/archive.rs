//! `rookery archive` and `rookery restore`, as operators use them.

use std::path::Path;
use std::time::Duration;

use testkit::eventually_sync;

use crate::support::{System, command, data_dir, rookery, stderr, stdout};

const LIMIT: Duration = Duration::from_secs(30);
/// So many segments that none of the looks after a kill comes too late for the next one.
const MESSAGES: usize = 240;
const SEGMENTS_BETWEEN_KILLS: usize = 30;

fn segments(dir: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(dir) else { return 0 };
    entries.flatten().filter(|entry| entry.file_name().to_string_lossy().ends_with(".ndjson.zst")).count()
}

async fn messages(system: &System, position: &str) -> String {
    system.read("/v1/messages?limit=100", position).await.expect("it answers")
}

#[tokio::test]
async fn an_archive_survives_kills_and_becomes_the_same_system_elsewhere() {
    let (dir, archives) = (data_dir(), data_dir());
    let archive = archives.path().join("archive");
    let path = archive.to_str().expect("it is text");
    let system = System::start(dir.path()).await;
    let mut position = String::new();
    for number in 0..MESSAGES {
        position = system.post(&format!("number {number}"), "kept").await.expect("posted");
    }
    let before = messages(&system, &position).await;

    // Killed each time a few more segments are there; the archive is sound each time, and the next run continues.
    let mut kills = 0;
    loop {
        let there = segments(&archive);
        let mut run =
            command(dir.path(), &["archive", path, "--segment-events", "1"]).spawn().expect("it runs");
        eventually_sync("it gets on, or ends", LIMIT, || {
            let has_ended = run.try_wait().map_err(|error| error.to_string())?.is_some();
            let segments = segments(&archive);
            if has_ended || segments > there + SEGMENTS_BETWEEN_KILLS {
                Ok(())
            } else {
                Err(segments.to_string())
            }
        });
        run.kill().ok();
        if run.wait().expect("it ends").success() {
            break;
        }
        kills += 1;
        stdout(&rookery(dir.path(), &["archive", path, "--verify"]));
    }
    assert!(kills > 0, "a kill came in time");
    let verified = stdout(&rookery(dir.path(), &["archive", path, "--verify"]));
    assert!(verified.contains(&format!("Sequences 1 to {MESSAGES} in {MESSAGES} segments")), "{verified}");

    let refused = stderr(&rookery(dir.path(), &["restore", path]));
    assert!(refused.contains("rookery up"), "{refused}");
    system.stop().await;

    let elsewhere = data_dir();
    let restored = stdout(&rookery(elsewhere.path(), &["restore", path]));
    assert!(restored.contains(&format!("Sequences 1 to {MESSAGES} restored")), "{restored}");
    let again = stdout(&rookery(elsewhere.path(), &["restore", path]));
    assert!(again.contains("there already"), "{again}");
    let system = System::start(elsewhere.path()).await;
    assert_eq!(messages(&system, &position).await, before, "with ids and times");
    let later = system.post("afterwards", "kept").await.expect("posted");
    assert!(later.parse::<i64>().expect("a number") > position.parse().expect("a number"));
    let check = stdout(&rookery(elsewhere.path(), &["events", "check"]));
    assert!(check.contains("rookery.message.posted.v1"), "{check}");
    // The message that is not in the archive has to be folded before the log is lost.
    messages(&system, &later).await;
    system.stop().await;

    std::fs::remove_dir_all(elsewhere.path().join("nats")).expect("removed");
    let refused = stderr(&rookery(elsewhere.path(), &["restore", path]));
    assert!(refused.contains(&format!("the archive ends at {MESSAGES}")), "{refused}");
    std::fs::remove_dir_all(elsewhere.path().join("postgres")).expect("removed");
    stdout(&rookery(elsewhere.path(), &["restore", path]));
    let system = System::start(elsewhere.path()).await;
    assert_eq!(messages(&system, &position).await, before);
    system.stop().await;
}

#[tokio::test]
async fn a_flipped_byte_is_an_exit_with_1_that_names_the_file() {
    let (dir, nats) = (data_dir(), testkit::Nats::start().await);
    let path = dir.path().join("archive");
    let path = path.to_str().expect("it is text");
    let run = |args: &[&str]| {
        command(dir.path(), args).env("ROOKERY_NATS_URL", nats.url()).output().expect("the program runs")
    };
    let refused = stderr(&run(&["archive", path]));
    assert!(refused.contains("there is no stream EVENTS_0"), "{refused}");
    crate::events::plant(&nats, "rookery.message.posted.v1", r#"{"author":"7","text":"a","tags":[]}"#).await;
    stdout(&run(&["archive", path]));
    let segment = Path::new(path).join("00000000000000000001.ndjson.zst");
    let mut bytes = std::fs::read(&segment).expect("there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&segment, bytes).expect("written");
    let output = run(&["archive", path, "--verify"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.starts_with("00000000000000000001.ndjson.zst: its SHA-256 is"), "{text}");
}
