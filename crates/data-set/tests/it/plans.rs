//! Every read is a range of an index, also on tables that nobody has analysed since they grew, and also where the plan
//! was made while they were empty: connections keep their plans.

mod as_of;
mod changes;
mod matching;
mod people;
mod timeline;

use data_set::Pool;
use data_set::pool::{PoolOptions, connect};
use testkit::Postgres;

/// The statements of a `.sql` file, or of several after each other.
macro_rules! sql {
    ($($name:literal),+) => {
        concat!($(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/read/", $name, ".sql"))),+)
    };
}
use sql;

async fn grown_tables() -> (Postgres, Pool) {
    let (postgres, pool) = empty_tables().await;
    grow(&pool).await;
    (postgres, pool)
}

async fn empty_tables() -> (Postgres, Pool) {
    let postgres = Postgres::start().await;
    data_set::migrate::migrate(&postgres.url()).await.expect("a new database can be migrated");
    let pool = connect(&postgres.url(), &PoolOptions::reader("test", 1)).expect("the address is good");
    (postgres, pool)
}

async fn grow(pool: &Pool) {
    sqlx::raw_sql(include_str!("plans/grow.sql")).execute(pool).await.expect("rows can be added");
}

/// The plan that a pool of readers uses, after `prepare` as sqlx does it.
async fn plan(pool: &Pool, statement: &'static str, arguments: &str) -> String {
    let prepare = format!("deallocate all; prepare query as {statement}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(prepare)).execute(pool).await.expect("the statement is good");
    let arguments = if arguments.is_empty() { String::new() } else { format!("({arguments})") };
    let explain = format!("explain (costs off) execute query{arguments}");
    let lines: Vec<(String,)> = sqlx::query_as(sqlx::AssertSqlSafe(explain))
        .persistent(false)
        .fetch_all(pool)
        .await
        .expect("it has a plan");
    lines.into_iter().map(|(line,)| line + "\n").collect()
}

fn assert_reads(plan: &str, ranges: &[&str]) {
    for range in ranges {
        assert!(plan.contains(range), "no {range} in\n{plan}");
    }
    for detour in ["Seq Scan", "Bitmap", "Hash Join", "Merge Join"] {
        assert!(!plan.contains(detour), "a {detour} in\n{plan}");
    }
}

/// Rows are not even looked at where a count is folded.
fn assert_not_counted_twice(plan: &str) {
    assert!(plan.contains("One-Time Filter"), "rows are read in any case in\n{plan}");
}

#[tokio::test]
async fn lists_walk_an_index_backwards_from_the_cursor() {
    let (_postgres, pool) = grown_tables().await;
    // With and without a gap in the range.
    let of_tag = "'birds', now(), 5, now(), 21, 7, '{\"[2026-01-01,2026-01-02)\"}'";
    let by_tag = plan(&pool, sql!("list_by_tag", "show_messages"), of_tag).await;
    let range = "Index Only Scan Backward using message_tag_pk";
    assert_reads(&by_tag, &[range, "ROW(created_at, id) < ROW($2, $3)", "Index Scan using message_pk"]);
    let by_author =
        plan(&pool, sql!("list_by_author", "show_messages"), "1, now(), 5, now(), 21, 7, '{}'").await;
    let range = "Index Scan Backward using message_by_author";
    assert_reads(&by_author, &[range, "ROW(created_at, id) < ROW($2, $3)"]);
    for plan in [by_tag, by_author] {
        // The one sort orders a page; below the limit the order is the index's.
        assert_eq!(plan.matches("Sort Key").count(), 1, "{plan}");
        assert!(plan.find("Sort Key") < plan.find("Limit"), "{plan}");
    }
}

/// `published.messages` has counts beside it, which cost nobody who does not ask for them, and one look-up each who does.
#[tokio::test]
async fn messages_read_counts_where_they_are_asked_for_and_once() {
    let (postgres, pool) = grown_tables().await;
    let list =
        plan(&pool, sql!("list_by_tag", "show_messages"), "'birds', now(), 5, now(), 21, 7, '{}'").await;
    assert_eq!(list.matches("message_stat_pk").count(), 1, "{list}");
    // An analyst's statements are planned as the server likes.
    let analyst = Pool::connect(&postgres.url()).await.expect("the database is there");
    for (statement, is_asked) in [
        ("select author, count(*) from published.messages group by author", false),
        ("select m.text from published.likes l join published.messages m on m.id = l.message", false),
        ("select sum(likes) from published.messages", true),
        ("select * from published.messages where id = 256", true),
    ] {
        let explain = sqlx::AssertSqlSafe(format!("explain (costs off) {statement}"));
        let lines: Vec<String> =
            sqlx::query_scalar(explain).fetch_all(&analyst).await.expect("it has a plan");
        let plan = lines.join("\n");
        assert_eq!(plan.contains("message_stat"), is_asked, "{statement}\n{plan}");
        assert!(!plan.contains("Seq Scan") || !statement.contains("where"), "{plan}");
    }
}

#[tokio::test]
async fn single_messages_are_looked_up() {
    let (_postgres, pool) = grown_tables().await;
    let message = plan(&pool, sql!("get_message", "show_messages"), "256, 7").await;
    assert_reads(&message, &["using message_pk", "using tombstone_pk", "using checkpoint_pk"]);
    let history = plan(&pool, include_str!("../../src/read/get_history.sql"), "256, 7").await;
    assert_reads(&history, &["using message_edition_pk", "using message_pk", "using tombstone_pk"]);
}

#[tokio::test]
async fn counts_read_folded_counts_and_two_edges() {
    let (_postgres, pool) = grown_tables().await;
    let segments =
        "'birds', '{0,0}', '{day,NULL}', '{2026-01-01,2026-02-01}', '{2026-01-09,2026-02-01 00:00:30}',
        '{month,NULL}', '{2026-01-01,NULL}'";
    let by_tag = plan(&pool, include_str!("../../src/read/count_by_tag.sql"), segments).await;
    assert_reads(&by_tag, &["Index Scan using message_count_pk", "Index Only Scan using message_tag_pk"]);
    assert_not_counted_twice(&by_tag);
    let of_author = format!("{segments}, 1");
    let by_author = plan(&pool, include_str!("../../src/read/count_by_author.sql"), &of_author).await;
    assert_reads(&by_author, &["Index Scan using message_count_pk", "using message_by_author"]);
    assert_not_counted_twice(&by_author);
    let extent = plan(&pool, include_str!("../../src/read/first_and_last.sql"), "'birds'").await;
    assert_reads(
        &extent,
        &["Index Only Scan using message_tag_pk", "Index Only Scan Backward using message_tag_pk"],
    );
}
