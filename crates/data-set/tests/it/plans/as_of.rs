//! Reads of the past.

use super::matching::assert_lazy;
use super::{assert_reads, grown_tables, plan, sql};
use data_set::Pool;
use testkit::Postgres;

pub(super) async fn grown_history() -> (Postgres, Pool) {
    let (postgres, pool) = grown_tables().await;
    sqlx::raw_sql(include_str!("grow_history.sql")).execute(&pool).await.expect("rows can be added");
    (postgres, pool)
}

const BY_TAG: &str = sql!("as_of/walk_by_tag", "as_of/list_matching", "as_of/show_messages");
const BY_ONE_TAG: &str = sql!("as_of/walk_by_one_tag", "as_of/list_matching", "as_of/show_messages");
const BY_AUTHOR: &str = sql!("as_of/walk_by_author", "as_of/list_matching", "as_of/show_messages");
const OF_ONE_TAG: &str = "'{}', '{birds}', '{}', now(), 5, '2026-01-01Z', '{}', 10000, AUTHOR, 640000, 7, 21";
const OF_SEVERAL_TAGS: &str = "'{birds,owls}', '{night,dusk}', '{day}', now(), 5, '2026-01-01Z', '{\"[2026-01-01,2026-01-02)\"}', 10000, AUTHOR,
    640000, 7, 21";

#[tokio::test]
async fn lists_of_the_past_walk_the_same_way_as_those_of_the_present() {
    let (_postgres, pool) = grown_history().await;
    for asked in [OF_ONE_TAG, OF_SEVERAL_TAGS] {
        let by_tag = plan(&pool, BY_TAG, &asked.replace("AUTHOR", "null")).await;
        let range = "Index Only Scan Backward using tagged_pk";
        assert_reads(
            &by_tag,
            &[range, "ROW(created_at, message) < ROW($4, $5)", "Index Scan using message_pk"],
        );
        assert!(by_tag.matches(range).count() >= 8 && by_tag.contains("Merge Append"), "{by_tag}");
        let by_author = plan(&pool, BY_AUTHOR, &asked.replace("AUTHOR", "1")).await;
        let range = "Backward using message_by_author";
        assert_reads(
            &by_author,
            &[range, "ROW(created_at, id) < ROW($4, $5)", "Index Scan using message_pk"],
        );
        for plan in [by_tag, by_author] {
            assert_lazy(&plan);
            for part in [
                "edition_pk",
                "liked_by_message",
                "reposted_by_message",
                "message_reply",
                "message_edition_pk",
            ] {
                assert!(plan.contains(part), "no {part} in\n{plan}");
            }
        }
    }
}

#[tokio::test]
async fn most_lists_of_the_past_walk_one_range() {
    let (_postgres, pool) = grown_history().await;
    let plan = plan(&pool, BY_ONE_TAG, &OF_ONE_TAG.replace("AUTHOR", "null")).await;
    let range = "Index Only Scan Backward using tagged_pk";
    assert_reads(&plan, &[range, "ROW(created_at, message) < ROW($4, $5)", "Index Scan using message_pk"]);
    assert_eq!(plan.matches(range).count(), 1, "{plan}");
    assert_lazy(&plan);
}

#[tokio::test]
async fn single_messages_of_the_past_are_looked_up() {
    let (_postgres, pool) = grown_history().await;
    let message = plan(&pool, sql!("as_of/get_message", "as_of/show_messages"), "256, 7, 640000").await;
    assert_reads(
        &message,
        &["using message_pk", "using edition_pk", "using liked_by_message", "using checkpoint_pk"],
    );
}

#[tokio::test]
async fn counts_of_the_past_read_entries_of_an_index() {
    let (_postgres, pool) = grown_history().await;
    let counted = "now(), '2026-01-01Z', '{}', 2000001, 640000, '{2026-01-09}'";
    let by_tag = plan(&pool, sql!("as_of/count_by_tag", "sum_fitting"), &format!("'birds', {counted}")).await;
    assert_reads(&by_tag, &["Index Only Scan using tagged_pk"]);
    let by_author = plan(&pool, sql!("as_of/count_by_author", "sum_fitting"), &format!("1, {counted}")).await;
    assert_reads(&by_author, &["Index Scan using message_by_author"]);
    let counted = "'{birds,owls}', '{}', '{day}', now(), 5, '2026-01-01Z', '{}', 100001, AUTHOR, 640000, '{2026-01-09}'";
    let by_tags = sql!("as_of/walk_by_tag", "as_of/count_matching", "sum_fitting");
    let by_tags = plan(&pool, by_tags, &counted.replace("AUTHOR", "null")).await;
    assert_reads(
        &by_tags,
        &["Index Only Scan Backward using tagged_pk", "using message_pk", "using edition_pk"],
    );
    let by_author = sql!("as_of/walk_by_author", "as_of/count_matching", "sum_fitting");
    let by_author = plan(&pool, by_author, &counted.replace("AUTHOR", "1")).await;
    assert_reads(&by_author, &["Backward using message_by_author", "using message_pk", "using edition_pk"]);
}

#[tokio::test]
async fn the_busiest_tags_of_the_past_come_from_the_messages_of_two_windows() {
    let (_postgres, pool) = grown_history().await;
    let asked = "'2026-01-01', '2026-01-02', '2026-01-03', '{}', 100001, 640000, 80, 7";
    let top = plan(&pool, sql!("as_of/top_tags", "show_tags"), asked).await;
    let reads = [
        "Index Only Scan using tagged_pk",
        "Index Only Scan Backward using tagged_pk",
        "using message_pk",
        "using edition_pk",
        "using account_pk",
        "using blocked_pk",
        "using follow_pk",
    ];
    assert_reads(&top, &reads);
}

/// How many rows and entries the scans of a statement came upon, and how many pages they touched.
async fn touched(pool: &Pool, statement: &'static str, arguments: &str) -> (f64, i64) {
    let prepare = format!("deallocate all; prepare query as {statement}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(prepare)).execute(pool).await.expect("the statement is good");
    let explain = format!("explain (analyze, buffers, timing off, format json) execute query({arguments})");
    let plan: serde_json::Value = sqlx::query_scalar(sqlx::AssertSqlSafe(explain))
        .persistent(false)
        .fetch_one(pool)
        .await
        .expect("it has a plan");
    let root = &plan[0]["Plan"];
    let pages = ["Shared Hit Blocks", "Shared Read Blocks"].map(|pages| root[pages].as_i64().expect("told"));
    (rows(root), pages.iter().sum())
}

fn rows(node: &serde_json::Value) -> f64 {
    let number = |name: &str| node[name].as_f64().unwrap_or(0.0);
    let is_scan = node["Relation Name"].is_string();
    let own = number("Actual Rows") + number("Rows Removed by Filter");
    let own = if is_scan { own * number("Actual Loops") } else { 0.0 };
    let below = node["Plans"].as_array().map_or(0.0, |plans| plans.iter().map(rows).sum());
    own + below
}

/// The past costs more where there is more of it: here the present holds what it held then.
#[tokio::test]
async fn a_list_of_the_past_touches_at_most_twice_what_one_of_the_present_does() {
    let (_postgres, pool) = grown_history().await;
    sqlx::raw_sql("vacuum (analyze)").execute(&pool).await.expect("it is tidied");
    let live = [
        (sql!("list_by_tag", "show_messages"), "'birds', now(), 5, '2020-01-01Z', 21, 7, '{}'"),
        (sql!("list_by_tag", "show_messages"), "'', now(), 5, '2020-01-01Z', 21, 7, '{}'"),
        (sql!("list_by_author", "show_messages"), "1, now(), 5, '2020-01-01Z', 21, 7, '{}'"),
    ];
    let past = "'{}', 'TAGS', '{}', now(), 5, '2020-01-01Z', '{}', 10000, AUTHOR, 999999999, 7, 21";
    let past = [
        (BY_ONE_TAG, past.replace("TAGS", "{birds}").replace("AUTHOR", "null")),
        (BY_ONE_TAG, past.replace("TAGS", "{}").replace("AUTHOR", "null")),
        (BY_AUTHOR, past.replace("TAGS", "{}").replace("AUTHOR", "1")),
    ];
    for ((live, asked), (past, asked_then)) in live.into_iter().zip(past) {
        let ((live_rows, live_pages), (past_rows, past_pages)) =
            (touched(&pool, live, asked).await, touched(&pool, past, &asked_then).await);
        let figures =
            format!("{asked}: {live_rows} rows, {live_pages} pages; then {past_rows}, {past_pages}");
        // Of each of the 21: the entry, the message, its edition, and what is counted or told of it.
        assert!(live_rows >= 21.0 && past_rows <= 10.0 * 21.0 + 1.0, "{figures}");
        assert!(past_pages <= 2 * live_pages, "{figures}");
    }
}

/// An author who goes on editing does not make the past of a message slow.
#[tokio::test]
async fn later_edits_are_not_read() {
    let (_postgres, pool) = grown_history().await;
    let edited = "insert into history_v1.edition (message, edition, position, made_at, tags)
        select 512, i, 3000000 + i * 256, now(), '{birds}' from generate_series(3, 5000) i;
        insert into control.checkpoint (projection, version, shard, position, lineage)
        select projection, 1, 0, 9000000, 'test' from unnest(array['social', 'feeds', 'history']) projection
        on conflict (projection, version, shard) do update set position = excluded.position";
    sqlx::raw_sql(edited).execute(&pool).await.expect("rows can be added");
    let list = "'{}', '{birds}', '{}', '2026-01-01T00:02Z', 513, '2026-01-01T00:02Z', '{}', 100, AUTHOR, 640000, 7, 21";
    let count = "'{}', '{birds}', '{}', '2026-01-01T00:02Z', 513, '2026-01-01T00:02Z', '{}', 100, AUTHOR, 640000, '{}'";
    for (statement, asked) in [
        (sql!("as_of/get_message", "as_of/show_messages"), "512, 7, 640000".to_owned()),
        (BY_TAG, list.replace("AUTHOR", "null")),
        (BY_AUTHOR, list.replace("AUTHOR", "2")),
        (sql!("as_of/walk_by_tag", "as_of/count_matching", "sum_fitting"), count.replace("AUTHOR", "null")),
        (
            sql!("as_of/top_tags", "show_tags"),
            "'2026-01-01', '2026-01-01', '2026-01-01T00:03Z', '{}', 100, 640000, 80, 7".to_owned(),
        ),
        // The edit at this position is the third edition.
        (sql!("changes/list_changes"), "3000512, 512, 3000768, 10".to_owned()),
    ] {
        let (rows, pages) = touched(&pool, statement, &asked).await;
        assert!(rows > 0.0 && rows < 50.0, "{asked}: {rows} rows, {pages} pages");
    }
}

#[tokio::test]
async fn a_moment_is_found_in_short_ranges_of_one_key() {
    let (_postgres, pool) = grown_history().await;
    let cutoff = plan(&pool, sql!("as_of/cutoff"), "null, now()").await;
    assert_reads(&cutoff, &["Index Scan using event_time_pk", "using checkpoint_pk"]);
    assert_eq!(cutoff.matches("event_time_pk").count(), 2, "{cutoff}");
}

/// What analysts ask of the views.
#[tokio::test]
async fn the_followers_of_an_account_at_any_moment_are_a_range() {
    let (_postgres, pool) = grown_history().await;
    let followers = "select count(*) from published.follow_history \
        where followee = $1 and from_position <= $2 and (to_position is null or to_position > $2)";
    let followers = plan(&pool, followers, "1, 640000").await;
    assert_reads(&followers, &["Index Only Scan using follow_by_followee"]);
    let deleted = "select cause, count(*) from published.deletion_history where position > $1 group by cause";
    assert_reads(&plan(&pool, deleted, "640000").await, &["using message_deleted"]);
}
