//! What streams read, many times a second.

use super::{assert_reads, plan, sql};

#[tokio::test]
async fn changes_are_walked_by_position() {
    let (_postgres, pool) = super::as_of::grown_history().await;
    let changes = plan(&pool, sql!("changes/list_changes"), "640000, 640000, 9223372036854775807, 500").await;
    for range in [
        "using message_pk",
        "Index Scan using edition_by_position",
        "using message_deleted",
        "Index Scan using reposted_by_position",
        "using edition_pk",
    ] {
        assert_reads(&changes, &[range]);
    }
    let notices = plan(&pool, sql!("changes/list_notices"), "640000, 650000, 100").await;
    assert_reads(&notices, &["Index Only Scan using notification_by_position"]);
    let of_one = plan(&pool, sql!("changes/list_notices_of_account"), "640000, 650000, 100, 7").await;
    assert_reads(&of_one, &["Index Only Scan using notification_pk"]);
    assert_reads(&plan(&pool, sql!("changes/position"), "").await, &["using checkpoint_pk"]);
}

#[tokio::test]
async fn what_is_shown_of_changes_is_looked_up() {
    // Where the plan is made while the tables are empty.
    let (_postgres, pool) = super::empty_tables().await;
    let shown = plan(&pool, sql!("changes/show_changed", "show_messages"), "7, '{256,512}'").await;
    assert_reads(&shown, &["Index Scan using message_pk", "using account_pk", "using blocked_pk"]);
    let exceptions = plan(&pool, sql!("changes/list_exceptions"), "'{1,2}', '{256,512}', 2000").await;
    for range in [
        "blocked_by_blocked",
        "muted_by_muted",
        "liked_by_message",
        "reposted_by_message",
        "bookmarked_by_message",
    ] {
        assert_reads(&exceptions, &[range]);
    }
    let among = "'{7,8}', '{1,2}', '{256,512}', '{1}'";
    let among = plan(&pool, sql!("changes/list_exceptions_among"), among).await;
    for key in ["blocked_pk", "muted_pk", "liked_pk", "reposted_pk", "bookmarked_pk", "follow_pk"] {
        assert_reads(&among, &[&format!("using {key}")]);
    }
    let avoided = plan(&pool, sql!("changes/list_avoided_among"), "7, '{1,2}'").await;
    assert_reads(&avoided, &["using blocked_pk", "using muted_pk"]);
    let names = plan(&pool, sql!("changes/list_names"), "'{1,2}'").await;
    assert_reads(&names, &["using account_pk"]);
    let followers = plan(&pool, sql!("changes/list_followers"), "'{1,2}', 2000").await;
    assert_reads(&followers, &["using follow_by_followee"]);
    let among = plan(&pool, sql!("changes/list_followers_among"), "'{1,2}', '{7,8}'").await;
    assert_reads(&among, &["using follow_pk"]);
}
