//! Home timelines and what they are made of.

use data_set::Pool;
use testkit::Postgres;

use super::{assert_reads, grown_tables, plan};

const OLDER: &str = concat!(
    include_str!("../../../src/read/timeline/older.sql"),
    include_str!("../../../src/read/feed_item/show.sql")
);
const NEWER: &str = concat!(
    include_str!("../../../src/read/timeline/newer.sql"),
    include_str!("../../../src/read/feed_item/show.sql")
);
const ACCOUNT_ITEMS: &str = concat!(
    include_str!("../../../src/read/timeline/account_items.sql"),
    include_str!("../../../src/read/feed_item/show.sql")
);
/// One look-up each per entry.
const SHOWN: [&str; 6] = [
    "using message_pk",
    "using reposted_pk",
    "using account_pk",
    "using message_stat_pk",
    "using liked_pk",
    "using bookmarked_pk",
];

async fn grown_feeds() -> (Postgres, Pool) {
    let (postgres, pool) = grown_tables().await;
    sqlx::raw_sql(include_str!("grow_feeds.sql")).execute(&pool).await.expect("rows can be added");
    (postgres, pool)
}

#[tokio::test]
async fn timelines_walk_three_indexes_from_the_cursor() {
    let (_postgres, pool) = grown_feeds().await;
    for (statement, arguments, walked) in
        [(OLDER, "1, 5000, 0, 21", "Scan Backward using"), (NEWER, "1, 5000, 21", "Scan using")]
    {
        let plan = plan(&pool, statement, arguments).await;
        assert_reads(&plan, &[&format!("{walked} feed_pk"), "using merged_pk", "using checkpoint_pk"]);
        assert_eq!(plan.matches(&format!("{walked} entry_pk")).count(), 2, "{plan}");
        assert_reads(&plan, &SHOWN);
    }
}

#[tokio::test]
async fn an_accounts_items_walk_its_entries_from_the_cursor() {
    let (_postgres, pool) = grown_feeds().await;
    let plan = plan(&pool, ACCOUNT_ITEMS, "1, 2, 5000, 21").await;
    assert_reads(&plan, &["Scan Backward using entry_pk", "(author = $2) AND (\"position\" < "]);
    assert_reads(&plan, &SHOWN);
}
