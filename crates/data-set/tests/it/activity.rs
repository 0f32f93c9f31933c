//! What analysts count: per day, and on the clock of any zone, without reading more than they ask for.

use data_set::Pool;
use data_set::migrate::migrate;
use testkit::Postgres;

/// As an analyst's client plans: with the server's own settings, and on tables that were analysed.
async fn data_set() -> (Postgres, Pool) {
    let postgres = Postgres::start().await;
    migrate(&postgres.url()).await.expect("a new database can be migrated");
    let pool = Pool::connect(&postgres.url()).await.expect("the database is there");
    (postgres, pool)
}

async fn execute(pool: &Pool, sql: &'static str) {
    sqlx::raw_sql(sql).execute(pool).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// 40,000 messages in ten days, four in five of them in two hours of each; the counts are folded as the reducers do it.
async fn busy() -> (Postgres, Pool) {
    let (postgres, pool) = data_set().await;
    execute(&pool, include_str!("activity/grow.sql")).await;
    execute(&pool, include_str!("activity/recount.sql")).await;
    execute(&pool, "vacuum analyze").await;
    (postgres, pool)
}

/// Buckets and their numbers by the folded counts, and by hand.
async fn compare(pool: &Pool, bucket: &str, zone: &str, range: (&str, &str), tag: &str) {
    let differing: Vec<(String, i64, i64)> = sqlx::query_as(include_str!("activity/differing.sql"))
        .bind(bucket)
        .bind(zone)
        .bind(range.0)
        .bind(range.1)
        .bind(tag)
        .fetch_all(pool)
        .await
        .expect("compared");
    assert_eq!(differing, [], "{bucket} {zone} {range:?} {tag}: bucket, counted, by hand");
}

#[tokio::test]
async fn counts_are_right_on_every_clock() {
    let (_postgres, pool) = busy().await;
    // Half an hour, three quarters, and half an hour of daylight saving that ends on 5 April; and what is easy.
    for zone in ["Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "UTC"] {
        for bucket in ["minute", "hour", "day", "week", "month"] {
            for range in [
                ("2026-03-28Z", "2026-04-10Z"),
                // Days of Kolkata, and ends within minutes, hours and a single minute.
                ("2026-04-01 18:30Z", "2026-04-02 18:30Z"),
                ("2026-04-02 12:00:30Z", "2026-04-04 12:59:59.999999Z"),
                ("2026-04-02 12:10:10Z", "2026-04-02 12:10:40Z"),
                ("2026-04-02 12:10:10Z", "2026-04-02 12:11:40Z"),
                ("2026-04-02 03:00:10Z", "2026-04-02 03:00:11Z"),
            ] {
                for tag in ["", "birds", "rare", "unused"] {
                    compare(&pool, bucket, zone, range, tag).await;
                }
            }
        }
    }
    let total = "select sum(messages)::bigint from published.local_counts('day', 'Asia/Kolkata', '2026-03-29 18:30Z', '2026-03-30 18:30Z')";
    let by_hand = "select count(*) from published.messages where (created_at at time zone 'Asia/Kolkata')::date = '2026-03-30'";
    let [total, by_hand]: [i64; 2] = [scalar(&pool, total).await, scalar(&pool, by_hand).await];
    assert_eq!(total, by_hand);
    // What hours of UTC give for that day is another number.
    let hours = "select sum(messages)::bigint from published.tag_counts where tag = '' and grain = 'hour'
        and (starts_at at time zone 'Asia/Kolkata')::date = '2026-03-30'";
    assert_ne!(scalar(&pool, hours).await, by_hand);
}

async fn scalar(pool: &Pool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// How many rows and pages a statement touched, by its plan.
async fn touched(pool: &Pool, sql: &'static str) -> (f64, String) {
    let explain = format!("explain (analyze, timing off, costs off, buffers, format json) {sql}");
    let (plan,): (serde_json::Value,) =
        sqlx::query_as(sqlx::AssertSqlSafe(explain)).fetch_one(pool).await.expect("it has a plan");
    let plan = &plan[0]["Plan"];
    let pages = plan["Shared Hit Blocks"].as_f64().unwrap_or(0.0)
        + plan["Shared Read Blocks"].as_f64().unwrap_or(0.0);
    (pages, plan.to_string())
}

/// Small tables may be read as a whole, for the bounds of the calendar; messages and their counts may not.
fn assert_by_index(plan: &str, indexes: &[&str]) {
    for table in ["message", "message_tag", "message_count"] {
        let whole = format!(r#""Relation Name":"{table}""#);
        let is_scanned = plan.split('{').any(|node| node.contains("Seq Scan") && node.contains(&whole));
        assert!(!is_scanned, "{table} is read as a whole in {plan}");
    }
    for index in indexes {
        assert!(plan.contains(index), "no {index} in {plan}");
    }
}

#[tokio::test]
async fn yesterday_costs_no_more_than_its_rows() {
    let (_postgres, pool) = busy().await;
    let rows = "select count(*) from published.message_tags
        where tag = '' and created_at >= '2026-04-03Z' and created_at < '2026-04-04Z'";
    let (pages_of_rows, _) = touched(&pool, rows).await;
    for (sql, indexes) in [
        (
            "select sum(messages) from published.local_counts('day', 'UTC', '2026-04-03Z', '2026-04-04Z')",
            // Its plan is out of sight: it runs with other rights.
            &[][..],
        ),
        (
            "select sum(messages) from published.local_counts('hour', 'Asia/Kolkata', '2026-04-02 18:30Z', '2026-04-03 18:30Z')",
            &[],
        ),
        (
            "select messages from published.tag_counts where tag = '' and grain = 'day' and starts_at = '2026-04-03Z'",
            &["message_count_pk"],
        ),
        ("select messages from published.daily_activity where day = '2026-04-03'", &["message_tag_pk"]),
    ] {
        // Once before, so that what is read to plan it does not count.
        touched(&pool, sql).await;
        let (pages, plan) = touched(&pool, sql).await;
        // The bounds of the calendar are a dozen look-ups.
        assert!(pages <= pages_of_rows + 60.0, "{pages} pages, {pages_of_rows} for the rows: {sql}\n{plan}");
        assert_by_index(&plan, indexes);
    }
}

#[tokio::test]
async fn a_day_of_activity_is_what_happened_on_it() {
    let (_postgres, pool) = data_set().await;
    let nothing: i64 = scalar(&pool, "select count(*) from published.daily_activity").await;
    assert_eq!(nothing, 0);
    execute(&pool, include_str!("activity/days.sql")).await;
    // Whatever the session's clock shows: days are those of UTC.
    for zone in ["UTC", "America/New_York", "Australia/Lord_Howe"] {
        let mut connection = pool.acquire().await.expect("a connection");
        let set = format!("set time zone '{zone}'");
        sqlx::raw_sql(sqlx::AssertSqlSafe(set)).execute(&mut *connection).await.expect("it is a zone");
        let days: Vec<(String, Vec<i64>)> = sqlx::query_as(
            "select day::text, array[messages, authors, replies, deletions, likes, reposts, follows, registrations,
                deactivations] from published.daily_activity order by day",
        )
        .fetch_all(&mut *connection)
        .await
        .expect("read");
        let day = |day: &str, numbers: [i64; 9]| (day.to_owned(), numbers.to_vec());
        let expected = [
            day("2026-03-07", [0, 0, 0, 0, 0, 0, 0, 2, 0]),
            day("2026-03-08", [3, 2, 1, 0, 1, 0, 1, 0, 0]),
            day("2026-03-09", [0, 0, 0, 0, 0, 0, 0, 0, 0]),
            day("2026-03-10", [1, 1, 0, 1, 0, 1, 0, 0, 1]),
        ];
        assert_eq!(days, expected, "{zone}");
        let one = "select messages from published.daily_activity where day = '2026-03-08'";
        let one: i64 = sqlx::query_scalar(one).fetch_one(&mut *connection).await.expect("read");
        assert_eq!(one, 3);
    }
}

/// What likes, follows and the like are counted by, on a day.
#[tokio::test]
async fn every_number_of_a_day_is_a_range_of_an_index() {
    let (_postgres, pool) = busy().await;
    let (_, plan) = touched(&pool, "select * from published.daily_activity where day = '2026-04-03'").await;
    let indexes = ["message_tag_pk", "reply_by_time"];
    for index in indexes {
        assert!(plan.contains(index), "no {index} in {plan}");
    }
    let (_, plan) = touched(
        &pool,
        "select day, likes, reposts, follows from published.daily_activity where day = '2026-04-03'",
    )
    .await;
    for index in ["liked_by_time", "reposted_by_time", "follow_by_time"] {
        assert!(plan.contains(index), "no {index} in {plan}");
    }
}
