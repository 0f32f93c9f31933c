//! The golden log: an archive that is checked in, and the rows that it comes to. Every version restores it, folds it to these
//! rows on both stores, and archives it as it was.
//!
//! `tests/golden/0.1` holds it: the manifest, the segment unpacked, and `rows.txt`. What is there is NEVER rewritten once 0.1.0
//! is out: a version that comes to other rows is wrong, or needs an upcaster. What is new (a type, a version, a header) gets a
//! folder of its own. Until then:
//!
//! ```text
//!   cargo nextest run -p rookery --all-features --run-ignored only the_golden_log_is_made_anew
//!   cargo nextest run -p rookery --all-features --run-ignored only the_golden_rows_are_made_anew
//! ```
//!
//! The first writes another log, whose recorded times are its broker's, hence needs the second. The second alone is for tables
//! that change their shape, which the diff then shows and nothing else.

mod files;
mod fold;
mod story;
mod write;

use std::collections::BTreeSet;
use std::str::FromStr;

use archive::Bounds;
use event_store::{JetStreamConfig, JetStreamLog, Restoration, event_types};
use event_store_postgres::{PostgresConfig, PostgresLog};
use serde::de::IgnoredAny;
use sqlx::{Connection, PgConnection};
use testkit::{Nats, Postgres, PostgresConfig as ServerConfig};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use self::files::Files;
use self::fold::rows_of;
use self::write::Writer;

fn config(nats: &Nats) -> JetStreamConfig {
    let mut config = JetStreamConfig::new(nats.url(), "golden");
    config.stream_bytes_max = 64 << 20;
    config
}

/// Tells which lines differ: two long texts as a whole tell nobody anything.
fn assert_same(found: &str, golden: &str) {
    let (new, old): (BTreeSet<&str>, BTreeSet<&str>) = (found.lines().collect(), golden.lines().collect());
    let extra: Vec<_> = new.difference(&old).collect();
    let missing: Vec<_> = old.difference(&new).collect();
    assert!(found == golden, "missing: {missing:#?}\nextra: {extra:#?}");
}

async fn restored(golden: &Files, nats: &Nats) -> JetStreamLog {
    let (_dir, archive) = golden.pack();
    let config = config(nats);
    let stream = Box::pin(Restoration::begin(&config, &archive.lineage(), archive.last())).await;
    archive::restore(&archive, &mut stream.expect("a stream"), &mut |_| {}).await.expect("restored");
    Box::pin(JetStreamLog::open(&config)).await.expect("it is the log")
}

#[tokio::test]
async fn the_golden_log_is_restored_folded_to_its_rows_and_archived_as_it_was() {
    let (golden, nats) = (Files::golden(), Nats::start().await);
    let log = restored(&golden, &nats).await;
    assert_same(&rows_of(&log, &nats.url()).await, &files::rows());

    let dir = tempfile::tempdir().expect("a temporary directory");
    archive::archive(&log, dir.path(), Bounds::default(), &mut |_| {}).await.expect("archived");
    let (again, golden) = (Files::unpack(dir.path()).kept(), golden.kept());
    assert_same(&again.events.join("\n"), &golden.events.join("\n"));
    assert_eq!(again, golden);
}

#[tokio::test]
async fn the_golden_log_on_postgres_comes_to_the_same_rows() {
    let server = Postgres::start_with(ServerConfig::default().durable()).await;
    let log = PostgresLog::open(&PostgresConfig::new(server.url(), "golden")).await.expect("the log opens");
    fill(&server, &Files::golden()).await;
    assert_same(&rows_of(&log, &server.url()).await, &files::rows());
}

/// There is no restoring into Postgres: the events as it would have written them, with sequences and times.
async fn fill(server: &Postgres, golden: &Files) {
    let mut connection = PgConnection::connect(&server.url()).await.expect("connected");
    let lines = golden.lines();
    for line in &lines {
        let (envelope, data) = (line.envelope(), line.data());
        let event_type = envelope.get("ce-type").cloned().unwrap_or_default();
        let is_json = serde_json::from_slice::<IgnoredAny>(&data).is_ok();
        let payload =
            if is_json { String::from_utf8(data.clone()).expect("JSON") } else { "null".to_owned() };
        let command = envelope.get("rookery-command").map(|id| Uuid::from_str(id).expect("an id"));
        sqlx::query(
            "insert into events (shard, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, raw,
                metadata, command, recorded_at)
            values (0, $1, $2, $3, $4, $5, $6::json, $7, $8::json, $9, $10)",
        )
        .bind(line.subject.split('.').nth(2).unwrap_or_default())
        .bind(&line.subject)
        .bind(line.sequence)
        .bind(&event_type)
        .bind(event_type.rsplit('.').next().unwrap_or_default())
        .bind(payload)
        .bind((!is_json).then_some(data))
        .bind(serde_json::to_string(&envelope).expect("JSON"))
        .bind(command.unwrap_or_default())
        .bind(OffsetDateTime::parse(&line.recorded_at, &Rfc3339).expect("a time"))
        .execute(&mut connection)
        .await
        .unwrap_or_else(|error| panic!("event {}: {error}", line.sequence));
    }
    let head = lines.last().expect("it has events").sequence;
    let counted = sqlx::query("update log set head = $1, bytes = 1").bind(head);
    counted.execute(&mut connection).await.expect("counted");
}

/// Whoever adds a type or a version adds a golden log that has it.
#[test]
fn the_golden_log_has_every_type_and_version() {
    let golden = Files::golden();
    let found: BTreeSet<String> =
        golden.lines().iter().filter_map(|line| line.envelope().remove("ce-type")).collect();
    let missing: Vec<String> =
        event_types().into_iter().filter(|event_type| !found.contains(event_type)).collect();
    assert!(missing.is_empty(), "no golden log has {missing:?}");
    for header in ["rookery-fingerprint", "rookery-edit-index", "traceparent"] {
        let has = golden
            .lines()
            .iter()
            .filter(|line| line.envelope().get(header).is_some_and(|it| !it.is_empty()))
            .count();
        assert!(has > 0 && has < golden.lines().len(), "{header}: {has}");
    }
}

#[tokio::test]
#[ignore = "rewrites the golden archive, see the top of this file"]
async fn the_golden_log_is_made_anew() {
    let nats = Nats::start().await;
    let log = Box::pin(JetStreamLog::open(&config(&nats))).await.expect("the log opens");
    story::write(&mut Writer::new(&log, nats.url())).await;
    let dir = tempfile::tempdir().expect("a temporary directory");
    archive::archive(&log, dir.path(), Bounds::default(), &mut |_| {}).await.expect("archived");
    Files::unpack(dir.path()).write_golden();
}

#[tokio::test]
#[ignore = "rewrites the golden rows, see the top of this file"]
async fn the_golden_rows_are_made_anew() {
    let nats = Nats::start().await;
    let log = restored(&Files::golden(), &nats).await;
    files::write_rows(&rows_of(&log, &nats.url()).await);
}
