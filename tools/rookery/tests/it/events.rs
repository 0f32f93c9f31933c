//! `rookery events`: the log, looked at from outside.

use std::time::Duration;

use domain::Shard;
use event_store::conformance::{FRAMES, publish_frame};
use event_store::{Boundary, EditBucket, Subject};
use event_store_nats::{JetStreamConfig, JetStreamLog};
use serde_json::Value;
use testkit::{Nats, Process};

use crate::support::{command, data_dir, stderr, stdout};

const LIMIT: Duration = Duration::from_secs(30);
const SEVEN: &str = "rookery.message.posted.v1";

/// Appends an event as anybody might who reaches the broker: actor 9, in the outbox of account 7. Makes the log first.
pub(crate) async fn plant(nats: &Nats, event_type: &str, data: &str) -> u64 {
    plant_at(nats, "ev.0.outbox.7", event_type, data).await
}

async fn plant_at(nats: &Nats, subject: &str, event_type: &str, data: &str) -> u64 {
    let mut config = JetStreamConfig::new(nats.url(), "test");
    config.stream_bytes_max = 64 << 20;
    Box::pin(JetStreamLog::open(&config)).await.expect("the log opens");
    let context = async_nats::jetstream::new(async_nats::connect(nats.url()).await.expect("connected"));
    let mut headers = async_nats::HeaderMap::new();
    let id = uuid::Uuid::new_v4().to_string();
    for (name, value) in [
        ("ce-id", id.as_str()),
        ("ce-type", event_type),
        ("ce-time", "2026-01-31T12:00:00Z"),
        ("rookery-command", &id),
        ("rookery-actor", "9"),
    ] {
        headers.insert(name, value);
    }
    let publish = context.publish_with_headers(subject.to_owned(), headers, data.to_owned().into());
    publish.await.expect("published").await.expect("acked").sequence
}

fn posted(text: &str) -> String {
    format!(r#"{{"author":"7","text":"{text}","tags":[]}}"#)
}

#[tokio::test]
async fn what_is_in_the_log_is_shown_counted_and_exported() {
    let (dir, nats) = (data_dir(), Nats::start().await);
    for text in ["one", "two", "three"] {
        plant(&nats, SEVEN, &posted(text)).await;
    }
    plant(&nats, "somebody.elses", "{\n\"pretty\": 1.0\n}").await;
    plant(&nats, SEVEN, "\u{1b}[31mred").await;
    let run = |args: &[&str]| {
        command(dir.path(), args).env("ROOKERY_NATS_URL", nats.url()).output().expect("the program runs")
    };
    let lines = |args: &[&str]| -> Vec<Value> {
        stdout(&run(args)).lines().map(|line| serde_json::from_str(line).expect("NDJSON")).collect()
    };

    let all = lines(&["events", "export"]);
    assert_eq!(
        all.iter().map(|event| event["position"].as_str()).collect::<Vec<_>>(),
        [Some("256"), Some("512"), Some("768"), Some("1024"), Some("1280")]
    );
    assert_eq!((&all[1]["data"]["text"], &all[1]["actor"]), (&"two".into(), &"9".into()));
    assert_eq!(all[3]["data"]["pretty"], 1.0);
    assert!(all[4]["problem"].is_string() && all[4]["text"].is_string(), "{}", all[4]);
    let positions = |args: &[&str]| -> Vec<i64> {
        let number =
            |event: Value| event["position"].as_str().and_then(|text| text.parse().ok()).unwrap_or(-1);
        lines(args).into_iter().map(number).collect()
    };
    assert_eq!(positions(&["events", "export", "--from", "512", "--to", "1024"]), [512, 768, 1024]);
    assert_eq!(positions(&["events", "export", "--type", "somebody.elses"]), [1024]);
    assert_eq!(positions(&["events", "export", "--type", "rookery.message.posted"]), [256, 512, 768, 1280]);
    assert!(positions(&["events", "export", "--type", "rookery.message"]).is_empty());
    assert_eq!(positions(&["events", "export", "--account", "7"]).len(), 5, "in its subject");
    assert_eq!(positions(&["events", "export", "--account", "9"]).len(), 5, "as the actor");
    assert!(positions(&["events", "export", "--account", "77"]).is_empty());
    let third = all[2]["recordedAt"].as_str().expect("a time");
    assert_eq!(positions(&["events", "export", "--since", third]), [768, 1024, 1280]);
    assert_eq!(positions(&["events", "export", "--until", third]), [256, 512]);
    assert!(positions(&["events", "export", "--since", "2999-01-01"]).is_empty());

    let counts = lines(&["events", "count"]);
    assert_eq!(counts[0], serde_json::json!({ "type": SEVEN, "events": 4 }));
    assert_eq!(lines(&["events", "count", "--by-day"])[0]["day"].as_str(), third.get(..10));
    let shown: Value = serde_json::from_str(&stdout(&run(&["events", "show", "512"]))).expect("JSON");
    assert_eq!(shown["data"]["text"], "two");
    assert!(!stdout(&run(&["events", "show", "1280"])).contains('\u{1b}'), "no commands for the terminal");
    assert!(stderr(&run(&["events", "show", "1536"])).contains("no event at position 1536"));
    assert!(stderr(&run(&["events", "show", "1"])).contains("shard"));
}

#[tokio::test]
async fn a_tail_shows_what_is_there_and_what_comes() {
    let (dir, nats) = (data_dir(), Nats::start().await);
    for text in ["one", "two", "three"] {
        plant(&nats, SEVEN, &posted(text)).await;
    }
    let env = [("ROOKERY_NATS_URL", nats.url()), ("ROOKERY_DATA_DIR", dir.path().display().to_string())]
        .map(|(name, value)| (name.to_owned(), value));
    let args = ["events", "tail", "-n", "2", "--type", "rookery.message.posted"].map(str::to_owned);
    let mut tail = Process::start(env!("CARGO_BIN_EXE_rookery"), args, env);
    let output = tail.wait_for_output("three", LIMIT).await;
    assert!(output.contains("two") && !output.contains("one"), "{output}");
    plant(&nats, "rookery.message.deleted.v1", "{}").await;
    plant(&nats, SEVEN, &posted("four")).await;
    let output = tail.wait_for_output("four", LIMIT).await;
    assert!(!output.contains("deleted"), "{output}");
    tail.kill();
}

#[tokio::test]
async fn a_check_finds_what_cannot_be_folded_and_what_breaks_the_rules() {
    let (dir, nats) = (data_dir(), Nats::start().await);
    let check = |args: &[&str]| {
        let args = [&["events", "check"], args].concat();
        command(dir.path(), &args).env("ROOKERY_NATS_URL", nats.url()).output().expect("the program runs")
    };
    let message = plant(&nats, SEVEN, &posted("sound")).await << 8;
    plant(&nats, "somebody.elses", "x").await;
    // In a pipe it is JSON without being asked.
    let sound: Value = serde_json::from_str(&stdout(&check(&[]))).expect("JSON");
    assert_eq!(
        (&sound["unknownTypes"]["somebody.elses"], &sound["unfoldable"]["events"]),
        (&1.into(), &0.into())
    );
    assert_eq!(std::fs::read_dir(dir.path()).expect("it is there").count(), 0, "whoever looks makes nothing");

    let edit = |edition| {
        format!(r#"{{"message":"{message}","author":"7","edition":{edition},"text":"x","tags":[]}}"#)
    };
    let edited = "rookery.message.edited.v1";
    let id = message.to_string().parse().expect("an id");
    let edits = Subject::new(Shard(0), Boundary::Edits(EditBucket::of(id))).to_string();
    plant_at(&nats, &edits, edited, &edit(2)).await;
    let skipped = plant_at(&nats, &edits, edited, &edit(4)).await << 8;
    let deleted = format!(r#"{{"message":"{message}","author":"7","deletedBy":"7"}}"#);
    plant_at(&nats, &edits, "rookery.message.deleted.v1", &deleted).await;
    let late = plant_at(&nats, &edits, edited, &edit(5)).await << 8;
    let misplaced = plant(&nats, SEVEN, r#"{"author":"8","text":"x","tags":[]}"#).await << 8;
    let damaged = plant(&nats, SEVEN, r#"{"author":"7","te"#).await << 8;
    let later = plant(&nats, "rookery.message.posted.v9", "{}").await << 8;

    let output = check(&["--json"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let findings = |kind: &str| -> Vec<(String, String)> {
        let first = found[kind]["first"].as_array().expect("a list").iter();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        first.map(|finding| (text(&finding["position"]), text(&finding["reason"]))).collect()
    };
    let unfoldable = findings("unfoldable");
    assert_eq!(unfoldable.len(), 2, "{unfoldable:?}");
    assert_eq!((&unfoldable[0].0, &unfoldable[1].0), (&damaged.to_string(), &later.to_string()));
    assert!(unfoldable[1].1.contains("newest one that it knows is v1"), "{unfoldable:?}");
    assert_eq!(
        findings("againstRules"),
        [
            (skipped.to_string(), "an edition is skipped".to_owned()),
            (late.to_string(), "the message was deleted before".to_owned()),
            (misplaced.to_string(), "it is not in the subject where it belongs".to_owned()),
        ]
    );
    assert_eq!(found["types"][edited], 3);
}

#[tokio::test]
async fn messages_that_no_client_reads_are_shown_checked_and_archived() {
    let (dir, nats, archive) = (data_dir(), Nats::start().await, data_dir());
    plant(&nats, SEVEN, &posted("first")).await;
    let mut at = Vec::new();
    for frame in FRAMES {
        at.push(publish_frame(&nats.url(), frame).await << 8);
    }
    plant(&nats, SEVEN, &posted("last")).await;
    let run = |args: &[&str]| {
        command(dir.path(), args).env("ROOKERY_NATS_URL", nats.url()).output().expect("the program runs")
    };

    let exported = stdout(&run(&["events", "export"]));
    assert_eq!(exported.lines().count(), FRAMES.len() + 2);
    for (position, frame) in at.iter().zip(FRAMES) {
        let shown = stdout(&run(&["events", "show", &position.to_string(), "--json"]));
        let shown: Value = serde_json::from_str(&shown).expect("JSON");
        let block = frame.stored_block().map(|block| String::from_utf8_lossy(&block).into_owned());
        let is_shown = shown["headerBlock"].as_str() == block.as_deref() && block.is_some();
        let has_headers = frame.is_readable && shown["headers"].is_object();
        assert!(is_shown != has_headers, "{}: {shown}", frame.name);
        assert!(shown["problem"].is_string(), "{}: {shown}", frame.name);
    }
    let checked = run(&["events", "check", "--json"]);
    let found: Value = serde_json::from_slice(&checked.stdout).expect("JSON");
    assert_eq!(found["unfoldable"]["events"], FRAMES.len(), "{found}");
    let to = archive.path().join("archive");
    stdout(&run(&["archive", to.to_str().expect("it is text")]));

    let env = [("ROOKERY_NATS_URL", nats.url()), ("ROOKERY_DATA_DIR", dir.path().display().to_string())]
        .map(|(name, value)| (name.to_owned(), value));
    let args = ["events", "tail", "-n", "1000"].map(str::to_owned);
    let mut tail = Process::start(env!("CARGO_BIN_EXE_rookery"), args, env);
    tail.wait_for_output("last", LIMIT).await;
    publish_frame(&nats.url(), &FRAMES[0]).await;
    plant(&nats, SEVEN, &posted("and one more")).await;
    tail.wait_for_output("and one more", LIMIT).await;
    tail.kill();
}
