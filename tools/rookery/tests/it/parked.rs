//! `rookery parked`: an operator looks after a bad event of a running system.

use std::path::Path;
use std::time::Duration;

use data_set::Pool;
use domain::{AccountId, CommandId, EventId};
use event_store::conformance::{FRAMES, publish_frame};
use event_store::{Boundary, Envelope, EventLog, Expected, NewEvent, Subject};
use event_store_nats::{JetStreamConfig, JetStreamLog};
use testkit::eventually;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::support::{System, broker_url, data_dir, rookery, stderr, stdout};

const LIMIT: Duration = Duration::from_secs(30);

/// As somebody writes to the log who does not know what a message looks like.
async fn plant(dir: &Path) -> String {
    let mut config = JetStreamConfig::new(broker_url(dir, "dispatcher"), "test");
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
    eventually("all projections park it", LIMIT, async || {
        let list = stdout(&rookery(dir.path(), &["parked", "list"]));
        let parked = list.lines().filter(|line| line.starts_with(&format!("{bad}\t"))).count();
        if parked == 3 && list.contains(&format!("\tmessage/{bad}\t")) { Ok(()) } else { Err(list) }
    })
    .await;
    let shown = stdout(&rookery(dir.path(), &["parked", "show", &bad]));
    assert!(shown.contains("a heron") && shown.contains("waits for   nothing"), "{shown}");

    let in_vain = stderr(&rookery(dir.path(), &["parked", "retry", "--all"]));
    assert!(in_vain.contains(&format!("{bad} stays parked: undecodable")), "{in_vain}");
    let entity = format!("message/{bad}");
    let dropped = stdout(&rookery(dir.path(), &["parked", "drop", "--entity", &entity]));
    let all =
        |told: &str| ["feeds_v1", "history_v1", "social_v1"].map(|name| format!("{name}: {told}\n")).concat();
    assert_eq!(dropped, all("0 folded, 1 dropped, 0 left"));
    let again = stdout(&rookery(dir.path(), &["parked", "drop", "--entity", &entity]));
    assert_eq!(again, all("0 folded, 0 dropped, 0 left"));
    for action in ["retry", "drop"] {
        let typo = stderr(&rookery(dir.path(), &["parked", action, "--position", "1"]));
        assert!(typo.contains("no such event is parked"), "{typo}");
    }
    let list = stdout(&rookery(dir.path(), &["parked", "list", "--dropped"]));
    assert_eq!(list.matches("\tdropped\t").count(), 3, "{list}");
    stdout(&rookery(dir.path(), &["events", "check"]));

    let last = system.post("And the herons", "birds").await.expect("it is accepted");
    let before = system.read("/v1/messages", &last).await.expect("the worker goes on");
    stdout(&rookery(dir.path(), &["verify"]));

    // The log alone says so: here, and where it is restored.
    let archives = data_dir();
    let archive = archives.path().join("archive");
    let archive = archive.to_str().expect("it is text");
    stdout(&rookery(dir.path(), &["archive", archive]));
    system.stop().await;
    std::fs::remove_dir_all(dir.path().join("postgres")).expect("removed");
    let elsewhere = data_dir();
    stdout(&rookery(elsewhere.path(), &["restore", archive]));
    for dir in [dir.path(), elsewhere.path()] {
        let system = System::start(dir).await;
        assert_eq!(system.read("/v1/messages", &last).await.expect("it is folded"), before);
        assert_eq!(stdout(&rookery(dir, &["parked", "list", "--dropped"])), list, "as it was");
        stdout(&rookery(dir, &["verify"]));
        system.stop().await;
    }
}

/// Nobody folds: the checkpoints are locked, as by a transaction that hangs.
#[tokio::test]
async fn a_drop_that_no_reducer_obeys_yet_is_in_the_log_and_says_so() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;
    let bad = plant(dir.path()).await;
    let later = system.post("The nightjars are back", "birds").await.expect("it is accepted");
    system.read("/v1/messages", &later).await.expect("it is folded");
    let url = std::fs::read_to_string(dir.path().join("data-set-url")).expect("it was written");
    let pool = Pool::connect(url.trim_end()).await.expect("the database is there");

    // As if a build had folded it, with code that can.
    let built =
        "insert into control.projection (projection, version, state) values ('social', 2, 'building');
        insert into control.checkpoint (projection, version, shard, position, lineage)
        select projection, 2, shard, position, lineage from control.checkpoint where projection = 'social'";
    sqlx::raw_sql(built).execute(&pool).await.expect("made");
    let refused = stderr(&rookery(dir.path(), &["parked", "drop", "--all"]));
    assert!(refused.contains(&format!("version 2 of social has folded the event at {bad}")), "{refused}");
    let count = stdout(&rookery(dir.path(), &["events", "count"]));
    assert!(!count.contains("rookery.event.dropped"), "of no projection: {count}");
    let gone = "delete from control.projection where version = 2";
    sqlx::raw_sql(gone).execute(&pool).await.expect("deleted");

    let mut lock = pool.begin().await.expect("begun");
    let lock_all =
        "set local idle_in_transaction_session_timeout = 0; select from control.checkpoint for update";
    sqlx::raw_sql(lock_all).execute(&mut *lock).await.expect("locked");

    let drop =
        ["parked", "drop", "--position", &bad, "--projection", "social", "--reason", "a test wrote it"];
    let told = rookery(dir.path(), &drop);
    assert!(told.status.success(), "{told:?}");
    let words = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(words.contains("it is in the log") && words.contains("once the reducers run"), "{words}");
    let position = words.split("at position ").nth(1).and_then(|rest| rest.split(',').next());
    let position = position.expect("it is named").to_owned();
    let events = stdout(&rookery(dir.path(), &["events", "show", &position]));
    assert!(events.contains("rookery.event.dropped.v1") && events.contains("a test wrote it"), "{events}");
    let again = rookery(dir.path(), &drop);
    assert!(again.status.success(), "{again:?}");
    lock.rollback().await.expect("ended");

    let dropped = stdout(&rookery(dir.path(), &drop));
    let (before, now) =
        ("social_v1: 0 folded, 1 dropped, 0 left\n", "social_v1: 0 folded, 0 dropped, 0 left\n");
    assert!(dropped == before || dropped == now, "{dropped}");
    let count = stdout(&rookery(dir.path(), &["events", "count"]));
    let told_once =
        count.lines().any(|line| line.contains("rookery.event.dropped.v1") && line.contains(":1}"));
    assert!(told_once, "{count}");
    system.stop().await;
}

#[tokio::test]
async fn a_message_that_no_client_reads_is_parked_shown_and_dropped() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;
    let url = broker_url(dir.path(), "dispatcher");
    let mut bad = Vec::new();
    for frame in &FRAMES[..4] {
        bad.push((publish_frame(&url, frame).await << 8).to_string());
        let later = system.post("The nightjars are back", "birds").await.expect("it is accepted");
        system.read("/v1/messages", &later).await.expect("it is folded");
    }
    let list = stdout(&rookery(dir.path(), &["parked", "list"]));
    for bad in &bad {
        assert_eq!(list.lines().filter(|line| line.starts_with(&format!("{bad}\t"))).count(), 3, "{list}");
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
