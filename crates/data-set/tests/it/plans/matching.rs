//! Where messages are looked at one by one, a range of an index says which, in the order of the answer; and no more of
//! them are read than were asked for.

use data_set::Pool;

use super::{assert_reads, empty_tables, grow, plan, sql};

const BY_TAG: &str = sql!("walk_by_tag", "list_matching", "show_messages");
const BY_AUTHOR: &str = sql!("walk_by_author", "list_matching", "show_messages");
const LISTED: &str =
    "'{birds,owls}', '{night,dusk}', '{day}', now(), 5, '2026-01-01Z', '{}', 10000, AUTHOR, 7, 21, WORDS";

/// A sort that orders what was walked would read all of it first.
pub(super) fn assert_lazy(plan: &str) {
    let walk = plan.find("WindowAgg").unwrap_or_else(|| panic!("no walk in\n{plan}"));
    let below = &plan[walk..plan.find("InitPlan").filter(|init| *init > walk).unwrap_or(plan.len())];
    assert!(
        !below.contains("Sort\n") && !below.contains("Incremental Sort"),
        "the walk is sorted in\n{plan}"
    );
}

#[tokio::test]
async fn what_no_index_answers_is_walked_in_order_and_no_further_than_its_bound() {
    let (_postgres, pool) = empty_tables().await;
    for size in ["empty", "grown"] {
        for words in ["null", "'owl'"] {
            let listed = LISTED.replace("WORDS", words);
            let by_tag = plan(&pool, BY_TAG, &listed.replace("AUTHOR", "null")).await;
            let range = "Index Only Scan Backward using message_tag_pk";
            assert_reads(
                &by_tag,
                &[range, "ROW(created_at, id) < ROW($4, $5)", "using message_pk", "using message_count_pk"],
            );
            assert!(
                by_tag.matches(range).count() >= 8 && by_tag.contains("Merge Append"),
                "{size}: {by_tag}"
            );
            assert_lazy(&by_tag);
            let by_author = plan(&pool, BY_AUTHOR, &listed.replace("AUTHOR", "1")).await;
            assert_reads(
                &by_author,
                &[
                    "Backward using message_by_author",
                    "ROW(created_at, id) < ROW($4, $5)",
                    "using message_pk",
                ],
            );
            assert_lazy(&by_author);
        }
        let counted = "'{birds,owls}', '{}', '{day}', now(), 5, '2026-01-01Z', '{}', 100001, AUTHOR, '{}'";
        let by_tag = plan(
            &pool,
            sql!("walk_by_tag", "count_matching", "sum_fitting"),
            &counted.replace("AUTHOR", "null"),
        )
        .await;
        assert_reads(&by_tag, &["Index Only Scan Backward using message_tag_pk", "using message_pk"]);
        let by_author = plan(
            &pool,
            sql!("walk_by_author", "count_matching", "sum_fitting"),
            &counted.replace("AUTHOR", "1"),
        )
        .await;
        assert_reads(&by_author, &["Backward using message_by_author", "using message_pk"]);
        if size == "empty" {
            grow(&pool).await;
        }
    }
}

#[tokio::test]
async fn the_busiest_tags_come_from_counts() {
    let (_postgres, pool) = empty_tables().await;
    for size in ["empty", "grown"] {
        let arguments =
            "'{2026-01-01}', 200, '{0,1}', '{day,day}', '{2026-01-02,2026-01-01}', '{2026-01-03,2026-01-02}',
            '{month,month}', '{2026-01-01,2026-01-01}', 80, '2026-01-02', '2026-01-03', 7";
        let top = plan(&pool, sql!("top_tags", "show_tags"), arguments).await;
        let reads = [
            "using message_count_of_month",
            "Index Scan using message_count_pk",
            "Index Only Scan using message_tag_pk",
            "Index Only Scan Backward using message_tag_pk",
            "using account_pk",
            "using blocked_pk",
            "using follow_pk",
        ];
        assert_reads(&top, &reads);
        assert!(top.contains("One-Time Filter"), "{size}: rows are read in any case in\n{top}");
        if size == "empty" {
            grow(&pool).await;
        }
    }
}

/// The function plans for itself, with settings of its own.
#[tokio::test]
async fn words_are_looked_up_in_their_index_alone() {
    let (_postgres, pool) = empty_tables().await;
    for size in ["empty", "grown"] {
        let found = plan_of_function(&pool).await;
        assert!(found.contains("Bitmap Index Scan on message_search"), "{size}: {found}");
        for detour in ["Seq Scan", "Index Scan using", "Index Only Scan", "message_by_author"] {
            assert!(!found.contains(detour), "{size}: a {detour} in\n{found}");
        }
        let page = sql!("search_by_index", "show_messages");
        let arguments = "'{}', '{}', '{}', now(), 5, '2026-01-01Z', '{}', 21, null, 7, 20001, 'owl'";
        let page = plan(&pool, page, arguments).await;
        assert_reads(&page, &["Function Scan on find_words", "using message_pk", "using account_pk"]);
        if size == "empty" {
            grow(&pool).await;
        }
    }
}

/// Of its text and its settings, as the catalog has them.
async fn plan_of_function(pool: &Pool) -> String {
    let (body, settings): (String, Vec<String>) =
        sqlx::query_as("select prosrc, proconfig from pg_proc where proname = 'find_words'")
            .persistent(false)
            .fetch_one(pool)
            .await
            .expect("it is there");
    // The names of its arguments are those of parameters.
    let body = ["sought", "found_max"].iter().zip(1..).fold(body, |body, (name, number)| {
        let parts: Vec<&str> = body.split(name).collect();
        assert!(parts.len() > 1, "{name} is not used in\n{body}");
        parts.join(&format!("${number}"))
    });
    let types = "tsquery, bigint";
    let set: String = settings.iter().map(|setting| format!("set {setting};")).collect();
    let prepare = format!("deallocate all; {set} prepare query ({types}) as {body}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(prepare)).execute(pool).await.expect("it is prepared");
    let explain = "explain (costs off) execute query('owl', 20001)";
    let lines: Vec<(String,)> =
        sqlx::query_as(explain).persistent(false).fetch_all(pool).await.expect("it has a plan");
    let reset: String = settings
        .iter()
        .filter_map(|setting| setting.split_once('='))
        .map(|(name, _)| format!("reset {name};"))
        .collect();
    sqlx::raw_sql(sqlx::AssertSqlSafe(reset)).execute(pool).await.expect("they are as before");
    lines.into_iter().map(|(line,)| line + "\n").collect()
}

/// Whatever else is asked of them.
#[tokio::test]
async fn no_more_messages_are_fetched_than_the_index_may_find() {
    let (_postgres, pool) = empty_tables().await;
    let said = "insert into social_v1.message (id, author, text, tags, created_at, edition)
        select i * 256, 1, 'a common word', '{}', timestamptz '2026-01-01Z' + i * interval '1 second', 1
        from generate_series(1::bigint, 5000) i; vacuum social_v1.message";
    for statement in said.split(';') {
        sqlx::raw_sql(statement).execute(&pool).await.expect("said");
    }
    let fetched = "select coalesce(sum(idx_tup_fetch), 0)::bigint from pg_stat_xact_user_tables
        where schemaname = 'social_v1' and relname = 'message'";
    let mut transaction = pool.begin().await.expect("begun");
    let page = sql!("search_by_index", "show_messages");
    let prepare = format!("deallocate all; prepare query as {page}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(prepare)).execute(&mut *transaction).await.expect("prepared");
    // Nobody else than author 1 says it.
    let search = "execute query('{}', '{}', '{}', now(), 5, '2026-01-01Z', '{}', 21, 2, 7, 101, 'common')";
    sqlx::raw_sql(search).execute(&mut *transaction).await.expect("searched");
    let fetched: i64 = sqlx::query_scalar(fetched).fetch_one(&mut *transaction).await.expect("counted");
    // The last page of the table is read as a whole.
    assert!((101..=300).contains(&fetched), "{fetched} messages were fetched");
}
