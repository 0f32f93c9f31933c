//! `rookery adopt`: on with another log.

use data_set::adopt::{Folded, folded};
use data_set::write::{self, ProjectionKey, Step};
use domain::{AccountId, CommandId, EventId};
use event_store::{Boundary, Envelope, EventLog, Expected, NewEvent, Subject};
use event_store_nats::{JetStreamConfig, JetStreamLog};
use serde_json::Value;
use testkit::{Nats, Postgres, eventually};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::support::{START_LIMIT, System, command, data_dir, rookery, stderr, stdout, up};

#[tokio::test]
async fn a_log_that_is_gone_is_refused_until_it_is_adopted() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;
    for _ in 0..3 {
        let lost = system.post("Soon forgotten", "birds").await.expect("it is accepted");
        system.read("/v1/messages", &lost).await.expect("it is folded");
    }
    projections_show(&system, &[("head", "768"), ("state", "idle")]).await;
    system.stop().await;
    std::fs::remove_dir_all(dir.path().join("nats")).expect("somebody tidied up");

    let mut refused = up(dir.path());
    assert!(!refused.wait(START_LIMIT).await.success());
    assert!(refused.output().contains("rookery adopt"), "{}", refused.output());
    let looked = rookery(dir.path(), &["adopt"]);
    assert!(stderr(&looked).contains("--yes"), "{looked:?}");
    let adopted = stdout(&rookery(dir.path(), &["adopt", "--yes"]));
    assert!(adopted.contains("with 0 events") && adopted.contains("it is folded anew"), "{adopted}");

    let system = System::start(dir.path()).await;
    let first = system.post("A new beginning", "birds").await.expect("it is accepted");
    let messages = system.read("/v1/messages", &first).await.expect("it is folded");
    assert!(messages.contains("A new beginning") && !messages.contains("Soon forgotten"), "{messages}");
    projections_show(&system, &[("head", "256"), ("state", "idle")]).await;
    system.stop().await;
    let again = stdout(&rookery(dir.path(), &["adopt"]));
    assert_eq!(again.matches("that is this log").count(), 3, "{again}");
}

/// Waits until all projections say so.
async fn projections_show(system: &System, wanted: &[(&str, &str)]) {
    eventually("the projections are as they should be", START_LIMIT, async || {
        let told = system.read("/v1/projections", "256").await?;
        let all: Vec<Value> = serde_json::from_str(&told).map_err(|error| error.to_string())?;
        let is_so = |row: &Value| wanted.iter().all(|(name, value)| row[name] == *value);
        if all.len() == 3 && all.iter().all(is_so) { Ok(()) } else { Err(told) }
    })
    .await;
}

/// The position and the id of an event.
async fn append(log: &JetStreamLog) -> (i64, Uuid) {
    let (command, event) = (CommandId(Uuid::new_v4()), Uuid::new_v4());
    let account = AccountId::from_i64(1).expect("positive");
    let envelope = Envelope {
        event: EventId(event),
        event_type: "somebody.elses".to_owned(),
        time: OffsetDateTime::now_utc(),
        command,
        fingerprint: None,
        actor: account,
        correlation: "test".to_owned(),
        causation: "test".to_owned(),
        trace_parent: None,
        edit_index: None,
    };
    let subject = Subject::new(log.shard(), Boundary::Outbox(account));
    let event_of = NewEvent { subject, expected: Expected::Any, envelope, data: "{}".into() };
    let appended = log.append(command, vec![event_of]).await.expect("appended");
    (appended.positions[0].get(), event)
}

#[tokio::test]
async fn rows_whose_last_event_is_there_are_kept() {
    let (nats, postgres) = tokio::join!(Nats::start(), Postgres::start());
    data_set::migrate::migrate(&postgres.url()).await.expect("migrated");
    let mut config = JetStreamConfig::new(nats.url(), "test");
    config.stream_bytes_max = 16 << 20;
    let log = JetStreamLog::open(&config).await.expect("made");
    let (position, event) = append(&log).await;
    for (projection, event) in [("social", event), ("feeds", Uuid::new_v4())] {
        let pool = write::connect(&postgres.url(), "test", &write::schema(projection, 1)).expect("a URL");
        let key = ProjectionKey { projection, version: 1, shard: 0, lineage: "old".to_owned() };
        let begin = write::resume(&pool, &key).await.expect("begun");
        let step = Step::advance(&pool, &key, begin, begin.at(position, Some(event))).await.expect("moved");
        step.commit().await.expect("committed");
    }
    let dir = data_dir();
    let adopt = |more: &[&str]| {
        let mut adopt = command(dir.path(), &[&["adopt"], more].concat());
        adopt.env("ROOKERY_NATS_URL", nats.url()).env("ROOKERY_DATABASE_URL", postgres.url());
        adopt.output().expect("the program runs")
    };
    let looked = adopt(&[]);
    let told = String::from_utf8_lossy(&looked.stdout);
    assert!(!looked.status.success(), "{looked:?}");
    assert!(told.contains("can be kept") && told.contains("would have to be folded anew"), "{told}");
    let pool = data_set::Pool::connect(&postgres.url()).await.expect("the database is there");
    let places = async || -> Vec<(String, i64, String)> {
        let place = |found: Folded| (found.projection, found.position, found.lineage);
        folded(&pool).await.expect("readable").into_iter().map(place).collect()
    };
    let (social, feeds) = ("social".to_owned(), "feeds".to_owned());
    let old = "old".to_owned();
    assert_eq!(places().await, [(feeds.clone(), position, old.clone()), (social.clone(), position, old)]);

    let told = stdout(&adopt(&["--yes"]));
    let lineage = log.lineage().to_string();
    assert!(told.contains(&format!("ROOKERY_LOG_LINEAGE={lineage}")), "{told}");
    assert_eq!(places().await, [(feeds, 0, lineage.clone()), (social, position, lineage)]);
    assert!(adopt(&[]).status.success());
}
