//! `rookery parked`: an operator looks after a bad event of a running system.

use std::path::Path;
use std::time::Duration;

use domain::{AccountId, CommandId, EventId};
use event_store::conformance::{FRAMES, publish_frame};
use event_store::{Boundary, Envelope, EventLog, Expected, JetStreamConfig, JetStreamLog, NewEvent, Subject};
use testkit::eventually;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::support::{System, data_dir, rookery, stderr, stdout};

const LIMIT: Duration = Duration::from_secs(30);

/// As somebody writes to the log who does not know what a message looks like.
async fn plant(dir: &Path) -> String {
    let url = std::fs::read_to_string(dir.join("log-url")).expect("it was written");
    let mut config = JetStreamConfig::new(url.trim_end(), "test");
    config.create = false;
    let log = JetStreamLog::open(&config).await.expect("opened");
    let command = CommandId(Uuid::new_v4());
    let account = AccountId::from_i64(1).expect("positive");
    let envelope = Envelope {
        event: EventId(Uuid::new_v4()),
        event_type: "rookery.message.posted.v1".to_owned(),
        time: OffsetDateTime::now_utc(),
        command,
        fingerprint: None,
        actor: account,
        correlation: "test".to_owned(),
        causation: "test".to_owned(),
        trace_parent: None,
        edit_index: None,
    };
    let event = NewEvent {
        subject: Subject::new(log.shard(), Boundary::Outbox(account)),
        expected: Expected::Any,
        envelope,
        data: br#"{"author":"1","text":"a heron","tags":"birds"}"#.as_slice().into(),
    };
    log.append(command, vec![event]).await.expect("appended").positions[0].to_string()
}

#[tokio::test]
async fn a_bad_event_is_listed_shown_retried_in_vain_and_dropped() {
    let dir = data_dir();
    let refusal = stderr(&rookery(dir.path(), &["parked", "list"]));
    assert!(refusal.contains("rookery up"), "{refusal}");

    let system = System::start(dir.path()).await;
    let bad = plant(dir.path()).await;
    let later = system.post("The nightjars are back", "birds").await.expect("it is accepted");
    system.read("/v1/messages", &later).await.expect("it is folded");
    eventually("both projections park it", LIMIT, async || {
        let list = stdout(&rookery(dir.path(), &["parked", "list"]));
        let parked = list.lines().filter(|line| line.starts_with(&format!("{bad}\t"))).count();
        if parked == 2 && list.contains(&format!("\tmessage/{bad}\t")) { Ok(()) } else { Err(list) }
    })
    .await;
    let shown = stdout(&rookery(dir.path(), &["parked", "show", &bad]));
    assert!(shown.contains("a heron") && shown.contains("waits for   nothing"), "{shown}");

    let in_vain = stderr(&rookery(dir.path(), &["parked", "retry", "--all"]));
    assert!(in_vain.contains(&format!("{bad} stays parked: undecodable")), "{in_vain}");
    let entity = format!("message/{bad}");
    let dropped = stdout(&rookery(dir.path(), &["parked", "drop", "--entity", &entity]));
    assert_eq!(dropped, "feeds_v1: 0 folded, 1 dropped, 0 left\nsocial_v1: 0 folded, 1 dropped, 0 left\n");
    let again = stdout(&rookery(dir.path(), &["parked", "drop", "--entity", &entity]));
    assert_eq!(again, "feeds_v1: 0 folded, 0 dropped, 0 left\nsocial_v1: 0 folded, 0 dropped, 0 left\n");
    for action in ["retry", "drop"] {
        let typo = stderr(&rookery(dir.path(), &["parked", action, "--position", "1"]));
        assert!(typo.contains("no such event is parked"), "{typo}");
    }
    let list = stdout(&rookery(dir.path(), &["parked", "list", "--dropped"]));
    assert_eq!(list.matches("\tdropped\t").count(), 2, "{list}");

    let refused = rookery(dir.path(), &["events", "check"]);
    assert!(!refused.status.success(), "{refused:?}");
    stdout(&rookery(dir.path(), &["events", "check", "--except", &bad]));

    let last = system.post("And the herons", "birds").await.expect("it is accepted");
    system.read("/v1/messages", &last).await.expect("the lane goes on");
    system.stop().await;
}

#[tokio::test]
async fn a_message_that_no_client_reads_is_parked_shown_and_dropped() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;
    let url = std::fs::read_to_string(dir.path().join("log-url")).expect("it was written");
    let mut bad = Vec::new();
    for frame in &FRAMES[..4] {
        bad.push((publish_frame(&url, frame).await << 8).to_string());
        let later = system.post("The nightjars are back", "birds").await.expect("it is accepted");
        system.read("/v1/messages", &later).await.expect("it is folded");
    }
    let list = stdout(&rookery(dir.path(), &["parked", "list"]));
    for bad in &bad {
        assert_eq!(list.lines().filter(|line| line.starts_with(&format!("{bad}\t"))).count(), 2, "{list}");
    }
    let shown = stdout(&rookery(dir.path(), &["parked", "show", &bad[0]]));
    assert!(shown.contains("the headers of the event cannot be read: they are not UTF-8"), "{shown}");
    assert!(shown.contains("headers     NATS/1.0"), "{shown}");
    for bad in &bad {
        stdout(&rookery(dir.path(), &["parked", "drop", "--position", bad]));
    }
    let verified = stdout(&rookery(dir.path(), &["verify"]));
    assert!(!verified.is_empty());
    system.stop().await;
}
