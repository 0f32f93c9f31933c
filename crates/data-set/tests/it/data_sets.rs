//! What the catalogue asks about rows costs the same however many there are.

use std::collections::HashMap;

use data_set::Pool;
use data_set::pool::{PoolOptions, connect};
use data_set::read::{RowCount, list_data_sets};
use testkit::Postgres;

/// As in `list_data_sets.rs`.
const COUNTED_MAX: i64 = 10_000;
/// Of the same tables, for what else is told: the last position, the newest count.
const LOOKED_UP_MAX: i64 = 10;

/// Rows that were read so far, by table: those that scans returned and those that indexes did.
const READ: &str = "
    select t.schemaname || '.' || t.relname, coalesce(t.seq_tup_read, 0)::bigint + coalesce(sum(i.idx_tup_read), 0)::bigint
    from pg_stat_user_tables t left join pg_stat_user_indexes i using (relid)
    where t.schemaname ~ '_v1$'
    group by t.schemaname, t.relname, t.seq_tup_read";

async fn read_so_far(pool: &Pool) -> HashMap<String, i64> {
    // What a session did is told at once, and nothing older is told again.
    sqlx::raw_sql("select pg_stat_force_next_flush()").execute(pool).await.expect("it may");
    sqlx::raw_sql("select pg_stat_clear_snapshot()").execute(pool).await.expect("it may");
    let rows: Vec<(String, i64)> =
        sqlx::query_as(READ).persistent(false).fetch_all(pool).await.expect("told");
    rows.into_iter().collect()
}

#[tokio::test]
async fn counting_stops_at_its_bound_and_estimates_are_near() {
    let postgres = Postgres::start().await;
    data_set::migrate::migrate(&postgres.url()).await.expect("a new database can be migrated");
    let owner = Pool::connect(&postgres.url()).await.expect("the database is there");
    for sql in [
        include_str!("activity/grow.sql"),
        include_str!("activity/recount.sql"),
        include_str!("data_sets/grow_more.sql"),
        "analyze",
    ] {
        sqlx::raw_sql(sql).execute(&owner).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    let pool = connect(&postgres.url(), &PoolOptions::reader("test", 1)).expect("the address is good");
    let before = read_so_far(&pool).await;
    let found = list_data_sets(&pool).await.expect("answered").value;
    let after = read_so_far(&pool).await;
    assert!(after.values().sum::<i64>() > before.values().sum::<i64>(), "nothing is told of what was read");
    for (table, read) in &after {
        let read = read - before.get(table).copied().unwrap_or_default();
        // The latest editions are rows of messages.
        let views = if table == "social_v1.message" { 2 } else { 1 };
        assert!(read <= views * (COUNTED_MAX + 1) + LOOKED_UP_MAX, "{read} rows of {table} were read");
    }
    for set in &found {
        let name = set.view.name;
        let sql = format!("select count(*) from published.{name}");
        let counted: i64 =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&owner).await.expect("counted");
        match set.rows {
            RowCount::Counted(rows) => {
                assert_eq!(rows, counted, "{name}");
                assert!(name == "messages" || rows <= COUNTED_MAX, "{name} was counted");
            }
            // Groups that do not exist as rows are guessed at best.
            RowCount::Estimated(_) if matches!(name, "tag_counts" | "author_counts") => {}
            RowCount::Estimated(rows) => {
                assert!(counted > COUNTED_MAX, "{name} could have been counted");
                assert!((counted / 2..=counted * 2).contains(&rows), "{name}: {rows} for {counted}");
            }
        }
    }
    let estimated = found.iter().filter(|set| matches!(set.rows, RowCount::Estimated(_))).count();
    assert!(estimated >= 12, "only {estimated} data sets are large here");
}
