//! The data set: equal to a clean fold of the log, with checkpoints that moved as they should.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use event_store_nats::{JetStreamConfig, JetStreamLog};
use sqlx::{AssertSqlSafe, PgPool};
use verifier::{Scope, Verification};

use super::Allowed;

const SCHEMAS: [&str; 3] = ["social_v1", "feeds_v1", "history_v1"];

/// Rows that only one side has.
pub(super) async fn differences(left: &PgPool, right: &PgPool) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for schema in SCHEMAS {
        for ((table, ours), (_, clean)) in
            rows(left, schema).await?.into_iter().zip(rows(right, schema).await?)
        {
            let (ours, clean): (BTreeSet<_>, BTreeSet<_>) =
                (ours.into_iter().collect(), clean.into_iter().collect());
            found.extend(ours.difference(&clean).map(|row| format!("{schema}.{table} has {row}")));
            found.extend(clean.difference(&ours).map(|row| format!("{schema}.{table} lacks {row}")));
        }
    }
    Ok(found)
}

/// All rows of a schema, by table, as comparable text.
async fn rows(pool: &PgPool, schema: &str) -> Result<Vec<(String, Vec<String>)>> {
    let sql = "select table_name::text from information_schema.tables
               where table_schema = $1 and table_type = 'BASE TABLE' order by 1";
    let tables: Vec<String> = sqlx::query_scalar(sql).bind(schema).fetch_all(pool).await?;
    let mut all = Vec::new();
    for table in tables {
        let sql = format!("select to_jsonb(t)::text from {schema}.{table} t order by 1");
        all.push((table, sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(pool).await?));
    }
    Ok(all)
}

/// What differs from a fold that shares no code with the reducers.
pub(super) async fn oracle(log_urls: &str, database: &str) -> Result<Vec<String>> {
    let mut config = JetStreamConfig::new(log_urls, "faults");
    config.create = false;
    let log = JetStreamLog::open(&config).await.context("open the log for the oracle")?;
    let pool = data_set::audit::connect(database, "rookery-faults")?;
    let report = verifier::verify(&Verification::new(&log, &pool, Scope::All)).await?;
    let mut found = Vec::new();
    for projection in report.projections {
        let name = projection.projection;
        found.extend(
            projection.unparked.iter().map(|at| format!("{name} passed over {at}, which it could not fold")),
        );
        for table in projection.tables {
            found.extend(table.differences.iter().map(|difference| {
                format!(
                    "{name}.{} {}: expected {:?}, found {:?}",
                    table.table, difference.key, difference.expected, difference.found
                )
            }));
        }
    }
    Ok(found)
}

/// Each move begins where the one before ended, goes forward, and stays within the log.
pub(super) async fn trail(pool: &PgPool, head: i64) -> Result<Vec<String>> {
    let sql = "select projection, was, became from faults.trail order by projection, number";
    let moves: Vec<(String, i64, i64)> = sqlx::query_as(sql).fetch_all(pool).await?;
    let mut found = Vec::new();
    let mut last: Option<(&str, i64)> = None;
    for (projection, was, became) in &moves {
        if became <= was {
            found.push(format!("{projection} went back from {was} to {became}"));
        }
        if *became > head {
            found.push(format!("{projection} went to {became}, but the log ends at {head}"));
        }
        if let Some((known, at)) = last
            && known == projection
            && at != *was
        {
            found.push(format!("{projection} stood at {at}, but a batch began at {was}"));
        }
        last = Some((projection, *became));
    }
    if moves.is_empty() {
        found.push("no checkpoint moved at all".to_owned());
    }
    Ok(found)
}

/// What `social` does not hold, for any reason.
pub(super) async fn parked_positions(pool: &PgPool) -> Result<Vec<i64>> {
    let sql = "select position from control.parked_event where projection = 'social'";
    Ok(sqlx::query_scalar(sql).fetch_all(pool).await?)
}

/// What cannot be folded stands among the parked events, what was given up as such, and nothing else does but what
/// might meet one that is parked.
pub(super) async fn parked(pool: &PgPool, allowed: &Allowed) -> Result<Vec<String>> {
    let sql = "select position, reason,
                   exists (select from control.parked_event p
                           where p.projection = w.projection and p.position < w.position and p.reason <> 'dropped'
                               and (p.exclusive_keys && (w.exclusive_keys || w.shared_keys)
                                   or p.shared_keys && w.exclusive_keys))
               from control.parked_event w where projection = 'social' order by 1";
    let parked: Vec<(i64, String, bool)> = sqlx::query_as(sql).fetch_all(pool).await?;
    let mut found = Vec::new();
    for (position, reason, has_cause) in &parked {
        let is_right = match reason.as_str() {
            "waiting" => *has_cause,
            "dropped" => allowed.dropped.contains(position),
            _ => allowed.parked.contains(position) && !allowed.dropped.contains(position),
        };
        if !is_right {
            found.push(format!("{position} is parked as {reason}, but there is nothing wrong with it"));
        }
    }
    for position in &allowed.parked {
        if !parked.iter().any(|(parked, reason, _)| parked == position && reason != "waiting") {
            found.push(format!("{position} cannot be folded, but is not parked"));
        }
    }
    Ok(found)
}
