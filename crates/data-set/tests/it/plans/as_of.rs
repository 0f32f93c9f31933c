//! Reads of the past.

use super::{assert_reads, grown_tables, plan, sql};
use data_set::Pool;
use testkit::Postgres;

pub(super) async fn grown_history() -> (Postgres, Pool) {
    let (postgres, pool) = grown_tables().await;
    sqlx::raw_sql(include_str!("grow_history.sql")).execute(&pool).await.expect("rows can be added");
    (postgres, pool)
}

#[tokio::test]
async fn lists_of_the_past_walk_the_same_way_as_those_of_the_present() {
    let (_postgres, pool) = grown_history().await;
    let of_tag = "'birds', now(), 5, now(), 21, 7, '{\"[2026-01-01,2026-01-02)\"}', 640000";
    let by_tag = plan(&pool, sql!("as_of/list_by_tag", "as_of/show_messages"), of_tag).await;
    let range = "Index Only Scan Backward using tagged_pk";
    assert_reads(&by_tag, &[range, "ROW(created_at, message) < ROW($2, $3)", "Index Scan using message_pk"]);
    let of_author = "1, now(), 5, now(), 21, 7, '{}', 640000";
    let by_author = plan(&pool, sql!("as_of/list_by_author", "as_of/show_messages"), of_author).await;
    let range = "Index Scan Backward using message_by_author";
    assert_reads(&by_author, &[range, "ROW(created_at, id) < ROW($2, $3)"]);
    let by_both = sql!("as_of/list_by_author_and_tag", "as_of/show_messages");
    let by_both = plan(&pool, by_both, &format!("{of_author}, 'birds'")).await;
    assert_reads(&by_both, &[range, "ROW(created_at, id) < ROW($2, $3)", "using tagged_pk"]);
    for plan in [by_tag, by_author, by_both] {
        for part in
            ["edition_pk", "liked_by_message", "reposted_by_message", "message_reply", "message_edition_pk"]
        {
            assert!(plan.contains(part), "no {part} in\n{plan}");
        }
    }
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
    let ranges = "'birds', '{0,1}', '{2026-01-01,2026-02-01}', '{2026-01-09,2026-02-02}', 640000";
    let by_tag = plan(&pool, sql!("as_of/count_by_tag"), ranges).await;
    assert_reads(&by_tag, &["Index Only Scan using tagged_pk"]);
    let by_author = plan(&pool, sql!("as_of/count_by_author"), &format!("{ranges}, 1")).await;
    assert_reads(&by_author, &["using message_by_author", "using tagged_pk"]);
    let extent = plan(&pool, sql!("as_of/first_and_last"), "'birds', 640000, now()").await;
    assert_reads(&extent, &["Index Only Scan using tagged_pk", "Index Only Scan Backward using tagged_pk"]);
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
