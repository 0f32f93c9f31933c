//! The golden log: an archive that is checked in, and the rows that it gives. Every version restores it, folds it to
//! these rows on both stores, and archives it as it was.
//!
//! A folder of `tests/golden` holds it: the manifest, the segment unpacked, and `rows.txt`. Once 0.1.0 is out these
//! files are NEVER rewritten: a version that gives other rows is wrong, or needs an upcaster. What is new (a type, a
//! version, a header) is in a further folder, named by the version that brings it. Until then:
//!
//! ```text
//!   cargo nextest run -p rookery --all-features --run-ignored only the_golden_log_is_made_anew
//!   cargo nextest run -p rookery --all-features --run-ignored only the_golden_rows_are_made_anew
//! ```
//!
//! The first writes another log, whose recorded times are its broker's, so it needs the second. The second alone is for
//! tables that change their shape, at any time: the diff then has to show that and nothing else.

mod files;
mod fold;
mod story;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use archive::Bounds;
use event_store::event_types;
use event_store_nats::{JetStreamConfig, JetStreamLog, Restoration};
use event_store_postgres::{PostgresConfig, PostgresLog};
use serde::de::IgnoredAny;
use sqlx::{Connection, PgConnection};
use testkit::{Nats, Postgres, PostgresConfig as ServerConfig};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use self::files::{Files, Golden};
use self::fold::{Folded, fold};
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

/// The rows are those of the golden file, and the second fold has no others.
fn assert_golden(folded: &Folded, golden: &Golden) {
    assert_same(&folded.rows, &golden.rows());
    assert!(folded.report.is_sound(), "{:#?}", folded.report);
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
    for golden in Golden::all() {
        let (files, nats) = (golden.files(), Nats::start().await);
        let log = restored(&files, &nats).await;
        assert_golden(&fold(&log, &nats.url()).await, &golden);

        let dir = tempfile::tempdir().expect("a temporary directory");
        archive::archive(&log, dir.path(), Bounds::default(), &mut |_| {}).await.expect("archived");
        let (again, before) = (Files::unpack(dir.path()).kept(), files.kept());
        assert_same(&again.events.join("\n"), &before.events.join("\n"));
        assert_eq!(again, before);
    }
}

#[tokio::test]
async fn the_golden_log_on_postgres_comes_to_the_same_rows() {
    for golden in Golden::all() {
        let server = Postgres::start_with(ServerConfig::default().durable()).await;
        let config = PostgresConfig::new(server.url(), "golden");
        let log = PostgresLog::open(&config).await.expect("the log opens");
        fill(&server, &golden.files()).await;
        assert_golden(&fold(&log, &server.url()).await, &golden);
    }
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

/// A new type or version needs a golden log that has it.
#[test]
fn the_golden_logs_have_every_type_and_version() {
    let all: Vec<Files> = Golden::all().iter().map(Golden::files).collect();
    let envelopes: Vec<_> = all.iter().flat_map(Files::lines).map(|line| line.envelope()).collect();
    let found: BTreeSet<&str> =
        envelopes.iter().filter_map(|envelope| envelope.get("ce-type")).map(String::as_str).collect();
    let mut missing = event_types();
    missing.retain(|event_type| !found.contains(event_type.as_str()));
    assert!(missing.is_empty(), "no golden log has {missing:?}");
    for header in ["rookery-fingerprint", "rookery-edit-index", "traceparent"] {
        let filled = |envelope: &&BTreeMap<String, String>| {
            envelope.get(header).is_some_and(|value| !value.is_empty())
        };
        let with = envelopes.iter().filter(filled).count();
        assert!(with > 0 && with < envelopes.len(), "{with} events have {header}");
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
    Golden::of(story::VERSION).write_files(&Files::unpack(dir.path()));
}

#[tokio::test]
#[ignore = "rewrites the golden rows, see the top of this file"]
async fn the_golden_rows_are_made_anew() {
    let (golden, nats) = (Golden::of(story::VERSION), Nats::start().await);
    let log = restored(&golden.files(), &nats).await;
    let folded = fold(&log, &nats.url()).await;
    assert!(folded.report.is_sound(), "{:#?}", folded.report);
    // Nobody has so many followers.
    assert_eq!(folded.empty, ["feeds.merged"]);
    golden.write_rows(&folded.rows);
}
