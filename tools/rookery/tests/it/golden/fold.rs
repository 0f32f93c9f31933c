//! Folds a log as the service `reducers` does, and reads what came of it.

use std::time::Duration;

use data_set::write::FanOutLimit;
use event_store::EventLog;
use reducers::config::SchemaOnStart;
use service_kit::health::Health;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use testkit::{Postgres, eventually};
use tokio_util::sync::CancellationToken;
use verifier::{Report, Scope, Verification};

const LIMIT: Duration = Duration::from_secs(60);
/// So few that the counts of a short log have every granularity.
const SPLIT_EARLY: &str = "create or replace function control.split_from() returns bigint
    language sql immutable parallel safe as 'select 4::bigint'";
/// Without what a fold may say in other words: why an event cannot be read. And without when it was parked.
const PARKED: &str = "select jsonb_build_object(
        'projection', projection, 'position', position, 'subject', subject, 'event_type', event_type, 'reason', reason,
        'by', case when reason = 'dropped' then detail end,
        'holds', array(select unnest(exclusive_keys) collate \"C\" order by 1),
        'touches', array(select unnest(shared_keys) collate \"C\" order by 1)
    )::text
    from control.parked_event join control.projection using (projection, version) where state = 'published'";
const TABLES: &str = "select p.projection, p.projection || '_v' || p.version, t.tablename::text
    from control.projection p join pg_tables t on t.schemaname = p.projection || '_v' || p.version
    where p.state = 'published'";

/// The rows that a log gives.
pub(super) struct Folded {
    /// Every row of the published versions, and every event that is parked or given up: a line each, sorted.
    pub(super) rows: String,
    /// Tables without a row.
    pub(super) empty: Vec<String>,
    /// The oracle's.
    pub(super) report: Report,
}

pub(super) async fn fold(log: &dyn EventLog, log_url: &str) -> Folded {
    let postgres = Postgres::start().await;
    let url = postgres.url();
    data_set::migrate::migrate(&url).await.expect("migrated");
    let mut connection = PgConnection::connect(&url).await.expect("connected");
    sqlx::raw_sql(SPLIT_EARLY).execute(&mut connection).await.expect("replaced");
    sqlx::raw_sql("set timezone = 'UTC'").execute(&mut connection).await.expect("set");

    let (token, head) = (CancellationToken::new(), log.head().await.expect("a head").get());
    let folding = tokio::spawn({
        let (log_url, url, token) = (log_url.to_owned(), url.clone(), token.clone());
        async move {
            reducers::run(&log_url, &url, &SchemaOnStart::Leave, FanOutLimit::DEFAULT, &Health::new(), token)
                .await
        }
    });
    let pool = data_set::audit::connect(&url, "golden").expect("a URL");
    eventually("both projections are folded", LIMIT, async || {
        let sql = "select count(*) from control.checkpoint where position >> 8 = $1";
        let head = i64::try_from(head).expect("short");
        let done: i64 =
            sqlx::query_scalar(sql).bind(head).fetch_one(&pool).await.map_err(|error| error.to_string())?;
        if done == 2 {
            Ok(())
        } else {
            Err(format!("{done} of 2; folding has ended: {}", folding.is_finished()))
        }
    })
    .await;
    let report = verifier::verify(&Verification::new(log, &pool, Scope::All)).await.expect("compared");
    token.cancel();
    folding.await.expect("no panic").expect("a proper end");

    let tables: Vec<(String, String, String)> =
        sqlx::query_as(TABLES).fetch_all(&mut connection).await.expect("readable");
    let (mut lines, mut empty) = (Vec::new(), Vec::new());
    for (projection, schema, table) in tables {
        let sql = AssertSqlSafe(format!("select to_jsonb(t)::text from {schema}.{table} t"));
        let rows: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut connection).await.expect("readable");
        if rows.is_empty() {
            empty.push(format!("{projection}.{table}"));
        }
        lines.extend(rows.into_iter().map(|row| format!("{projection}.{table} {row}")));
    }
    let parked: Vec<String> = sqlx::query_scalar(PARKED).fetch_all(&mut connection).await.expect("readable");
    lines.extend(parked.into_iter().map(|row| format!("parked {row}")));
    lines.sort();
    Folded { rows: lines.iter().map(|line| format!("{line}\n")).collect(), empty, report }
}
