//! Wrong rows of every kind in every table.

use verifier::{Repaired, Scope, VerifyError};

use super::System;
use crate::feeds;
use crate::model::{all_events, feeds_of, normalised, rows_of};
use crate::rows::Rows;

/// Table, other values for one of its rows, and other values that make it another row.
const WRONG: [(&str, &str, &str); 35] = [
    ("feeds.author", r#"{"followers": 77}"#, r#"{"account": 9999}"#),
    ("feeds.blocked", "", r#"{"blocker": 9999}"#),
    ("feeds.entry", r#"{"message": 1}"#, r#"{"position": 1}"#),
    ("feeds.feed", r#"{"author": 9999}"#, r#"{"position": 1}"#),
    ("feeds.follow", r#"{"visible_from": 1}"#, r#"{"follower": 9999}"#),
    ("feeds.former", "", r#"{"account": 9999}"#),
    ("feeds.merged", "", r#"{"owner": 9999}"#),
    ("history.blocked", r#"{"position": 1}"#, r#"{"blocker": 9999}"#),
    ("history.edition", r#"{"tags": ["wrong"]}"#, r#"{"position": 77}"#),
    ("history.event_time", r#"{"recorded_at": "2020-02-02T00:00:00.000001Z"}"#, r#"{"block": 9999}"#),
    ("history.follow", r#"{"from_at": "2020-02-02T00:00:00.000001Z"}"#, r#"{"follower": 9999}"#),
    ("history.former", r#"{"position": 1}"#, r#"{"account": 9999}"#),
    ("history.liked", r#"{"from_at": "2020-02-02T00:00:00.000001Z"}"#, r#"{"account": 9999}"#),
    ("history.message", r#"{"author": 9999}"#, r#"{"id": 1}"#),
    ("history.reposted", r#"{"from_at": "2020-02-02T00:00:00.000001Z"}"#, r#"{"account": 9999}"#),
    ("history.tagged", r#"{"to_position": 77}"#, r#"{"tag": "wrong"}"#),
    ("social.account", r#"{"bio": "wrong"}"#, r#"{"id": 9999}"#),
    ("social.account_stat", r#"{"followers": 77}"#, r#"{"account": 9999}"#),
    ("social.blocked", r#"{"position": 1}"#, r#"{"blocker": 9999}"#),
    ("social.bookmarked", r#"{"bookmarked_at": "2020-02-02T00:00:00.000001Z"}"#, r#"{"account": 9999}"#),
    ("social.follow", r#"{"position": 1}"#, r#"{"follower": 9999}"#),
    ("social.former_account", r#"{"handle": "wrong"}"#, r#"{"id": 9999}"#),
    ("social.liked", r#"{"liked_at": "2020-02-02T00:00:00.000001Z"}"#, r#"{"account": 9999}"#),
    ("social.message", r#"{"text": "wrong"}"#, r#"{"id": 1}"#),
    ("social.message_count", r#"{"messages": 77}"#, r#"{"tag": "wrong"}"#),
    ("social.message_edition", r#"{"tags": ["wrong"]}"#, r#"{"edition": 77}"#),
    ("social.message_stat", r#"{"likes": 77}"#, r#"{"message": 9999}"#),
    ("social.message_tag", r#"{"author": 9999}"#, r#"{"tag": "wrong"}"#),
    ("social.moderation_action", r#"{"note": "wrong"}"#, r#"{"position": 1}"#),
    ("social.muted", r#"{"position": 1}"#, r#"{"muter": 9999}"#),
    ("social.notification", r#"{"kind": "replied", "actor": 9999}"#, r#"{"position": 1}"#),
    ("social.read_marker", r#"{"until": 1}"#, r#"{"account": 9999}"#),
    ("social.report", r#"{"reason": "wrong"}"#, r#"{"position": 1}"#),
    ("social.reposted", r#"{"position": 1}"#, r#"{"account": 9999}"#),
    ("social.tombstone", r#"{"deleted_by": 9999}"#, r#"{"id": 1}"#),
];

/// Of all projections.
async fn all_rows(system: &System) -> Rows {
    let mut rows = normalised(system.data_set.rows().await);
    for (table, ..) in WRONG.iter().filter(|(table, ..)| !table.starts_with("social.")) {
        let sql = format!("select to_jsonb(t)::text from {} t order by 1", path(table));
        let found = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&system.data_set.pool).await;
        rows.insert((*table).to_owned(), found.expect("readable"));
    }
    rows
}

fn path(table: &str) -> String {
    table.replace('.', "_v1.")
}

/// In the middle, so that there are rows on both sides.
fn victim(table: &str) -> String {
    let path = path(table);
    format!("select ctid from {path} order by ctid offset (select count(*) / 2 from {path}) limit 1")
}

/// Plants one row per table, and has exactly those found and repaired.
async fn assert_found_and_mended(system: &System, kind: &str, plants: &[(&str, String)]) {
    let before = all_rows(system).await;
    for (_, sql) in plants {
        system.run(sql).await;
    }
    assert_ne!(all_rows(system).await, before);
    let mut expected: Vec<_> = plants.iter().map(|(table, _)| format!("{table} {kind} 1")).collect();
    expected.sort();
    let mut found = system.found().await;
    found.sort();
    assert_eq!(found, expected);

    let report = system.repair().await;
    assert!(report.is_sound());
    let repaired = report.projections.iter().filter_map(|projection| projection.repaired);
    let repaired = repaired.fold(Repaired::default(), |sum, one| Repaired {
        inserted: sum.inserted + one.inserted,
        deleted: sum.deleted + one.deleted,
        replaced: sum.replaced + one.replaced,
    });
    let count = plants.len() as u64;
    let of_kind = |wanted| if kind == wanted { count } else { 0 };
    let (inserted, deleted, replaced) = (of_kind("missing"), of_kind("extra"), of_kind("different"));
    assert_eq!(repaired, Repaired { inserted, deleted, replaced });
    assert_eq!(all_rows(system).await, before);
    assert_eq!(system.found().await, [""; 0]);
}

#[tokio::test]
async fn changed_rows_are_found_and_mended_in_every_table() {
    let system = System::folded(63, 600).await;
    let change = |(table, change, _): &(&'static str, &str, _)| {
        let (path, victim) = (path(table), victim(table));
        let sql = format!(
            "create temporary table gone as select * from {path} where ctid = ({victim});
             delete from {path} where ctid = ({victim});
             insert into {path} select r.* from gone,
                 jsonb_populate_record(null::{path}, to_jsonb(gone) || '{change}') r;
             drop table gone"
        );
        (*table, sql)
    };
    let plants: Vec<_> = WRONG.iter().filter(|(_, change, _)| !change.is_empty()).map(change).collect();
    assert_found_and_mended(&system, "different", &plants).await;
}

#[tokio::test]
async fn missing_rows_are_found_and_mended_in_every_table() {
    let system = System::folded(64, 600).await;
    // A row of `merged` says what else has to be there; see below.
    let tables = WRONG.iter().map(|(table, ..)| *table).filter(|table| *table != "feeds.merged");
    let plants: Vec<_> = tables
        .map(|table| (table, format!("delete from {} where ctid = ({})", path(table), victim(table))))
        .collect();
    assert_found_and_mended(&system, "missing", &plants).await;
}

#[tokio::test]
async fn extra_rows_are_found_and_mended_in_every_table() {
    let system = System::folded(65, 600).await;
    let plant = |(table, _, other): &(&'static str, _, &str)| {
        let (path, victim) = (path(table), victim(table));
        let sql = format!(
            "insert into {path} select r.* from {path} t, jsonb_populate_record(t, '{other}') r
             where t.ctid = ({victim})"
        );
        (*table, sql)
    };
    assert_found_and_mended(&system, "extra", &WRONG.iter().map(plant).collect::<Vec<_>>()).await;
}

/// What is merged on read depends on a setting, so it may be repaired into something else that shows the same.
#[tokio::test]
async fn timelines_are_right_again_whatever_was_done_to_what_is_merged() {
    let system = System::folded(61, 600).await;
    let before = all_rows(&system).await;
    system.run("update feeds_v1.author set is_merged = not is_merged where followers >= 3").await;
    let flipped = system.found().await;
    assert!(flipped.len() == 1 && flipped[0].starts_with("feeds.author different"), "{flipped:?}");
    system.repair().await;
    assert_eq!(all_rows(&system).await, before);

    let some = "where ctid = (select ctid from feeds_v1.merged where since > 256 order by owner limit 1)";
    for sql in [
        format!("delete from feeds_v1.merged {some}"),
        format!("update feeds_v1.merged set since = 9223372036854775807 {some}"),
        format!("update feeds_v1.merged set since = -1 {some}"),
        "update feeds_v1.merged set since = since - 1024 where since > 1024".to_owned(),
        "update feeds_v1.merged set since = since + 5120 where since > 256".to_owned(),
        "delete from feeds_v1.merged".to_owned(),
        "update feeds_v1.author set is_merged = true".to_owned(),
    ] {
        system.run(&sql).await;
        assert_ne!(system.found().await, [""; 0], "{sql}");
        system.repair().await;
        assert_eq!(system.found().await, [""; 0], "{sql}");
        let expected = feeds_of(&all_events(&*system.log).await).feeds();
        assert_eq!(feeds::readable(&system.data_set.pool).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn a_wrong_checkpoint_is_found() {
    let system = System::folded(67, 60).await;
    let head = (system.log.head().await.expect("a head").get() as i64) << 8;
    system.run("update control.checkpoint set position = position - 20 * 256").await;
    assert_ne!(system.found().await, [""; 0], "behind its rows");
    system.run(&format!("update control.checkpoint set position = {head} + 256")).await;
    let ahead = system.verify(Scope::All).await;
    assert!(matches!(ahead, Err(VerifyError::AheadOfLog { .. })), "{ahead:?}");
    system.run(&format!("update control.checkpoint set position = {head}, lineage = 'another'")).await;
    let foreign = system.verify(Scope::All).await;
    assert!(matches!(foreign, Err(VerifyError::OtherLineage { .. })), "{foreign:?}");
    system.run("delete from control.checkpoint").await;
    assert!(system.found().await.iter().all(|found| found.contains("extra")), "no checkpoint, no rows");
    let report = verifier::repair(&verifier::Verification::new(&*system.log, &system.pool, Scope::All)).await;
    assert!(matches!(report, Err(VerifyError::NotFolded { .. })), "{report:?}");
}

#[tokio::test]
async fn events_that_a_worker_skipped_are_folded_by_the_repair() {
    let system = System::folded(68, 60).await;
    crate::history::Author::new(std::sync::Arc::clone(&system.log), 69).write(120).await;
    let head = (system.log.head().await.expect("a head").get() as i64) << 8;
    system.run(&format!("update control.checkpoint set position = {head}, event = null")).await;
    assert_ne!(system.found().await, [""; 0]);
    assert!(system.repair().await.is_sound());
    assert_eq!(normalised(system.data_set.rows().await), rows_of(&*system.log).await);
    let expected = feeds_of(&all_events(&*system.log).await).feeds();
    assert_eq!(feeds::readable(&system.data_set.pool).await, expected);
    // And the workers go on from there as if they had done it.
    crate::history::Author::new(std::sync::Arc::clone(&system.log), 70).write(120).await;
    system.fold().await;
    assert_eq!(system.found().await, [""; 0]);
}

#[tokio::test]
async fn a_table_that_the_oracle_does_not_know_is_no_reason_to_empty_it() {
    let system = System::folded(71, 10).await;
    system
        .run("create table social_v1.later (id bigint primary key); insert into social_v1.later values (1)")
        .await;
    let unknown = system.verify(Scope::All).await;
    assert!(matches!(unknown, Err(VerifyError::UnknownTable { .. })), "{unknown:?}");
}
