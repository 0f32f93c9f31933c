use data_set::Pool;

use super::{assert_reads, empty_tables, grow, plan, sql};

/// What shows messages: looked up once per row of a page.
const ABOUT_MESSAGES: [&str; 6] = [
    "using account_pk",
    "using message_stat_pk",
    "using liked_pk",
    "using reposted_pk",
    "using bookmarked_pk",
    "using blocked_pk",
];
/// What shows accounts.
const ABOUT_ACCOUNTS: [&str; 3] = ["using account_pk", "using follow_pk", "using blocked_pk"];

struct Statement {
    sql: &'static str,
    arguments: &'static str,
    /// Ranges and look-ups of its own.
    reads: &'static [&'static str],
    shows: &'static [&'static str],
}

const STATEMENTS: [Statement; 21] = [
    Statement {
        sql: sql!("list_by_tag", "show_messages"),
        arguments: "'birds', now(), 5, now(), 21, 7, '{}'",
        reads: &["Backward using message_tag_pk", "using message_pk"],
        shows: &ABOUT_MESSAGES,
    },
    Statement {
        sql: sql!("list_by_author", "show_messages"),
        arguments: "1, now(), 5, now(), 21, 7, '{}'",
        reads: &["Backward using message_by_author"],
        shows: &ABOUT_MESSAGES,
    },
    Statement {
        sql: sql!("get_message", "show_messages"),
        arguments: "256, 7",
        reads: &["using message_pk", "using tombstone_pk"],
        shows: &ABOUT_MESSAGES,
    },
    Statement {
        sql: sql!("get_thread", "show_messages"),
        arguments: "256, 21, 7",
        reads: &[
            "using message_pk",
            "Backward using message_reply",
            "Backward using tombstone_reply",
            "using tombstone_pk",
        ],
        shows: &ABOUT_MESSAGES,
    },
    Statement {
        sql: sql!("list_replies", "show_messages"),
        arguments: "256, now(), 5, 21, 7",
        reads: &[
            "Backward using message_reply",
            "Backward using tombstone_reply",
            "ROW(created_at, id) < ROW($2, $3)",
            "using message_pk",
        ],
        shows: &ABOUT_MESSAGES,
    },
    Statement {
        sql: sql!("list_account_replies", "show_messages"),
        arguments: "1, 9999999, 21, 7",
        reads: &["Backward using reply_by_author", "(id < $2)"],
        shows: &ABOUT_MESSAGES,
    },
    Statement {
        sql: sql!("list_liked", "show_messages"),
        arguments: "1, 9999999, 21, 7",
        reads: &["Backward using liked_by_account", "(\"position\" < $2)", "using message_pk"],
        shows: &ABOUT_MESSAGES,
    },
    Statement {
        sql: sql!("list_bookmarks", "show_messages"),
        arguments: "1, 9999999, 21",
        reads: &["Backward using bookmarked_by_account", "(\"position\" < $2)", "using message_pk"],
        shows: &ABOUT_MESSAGES,
    },
    Statement {
        sql: sql!("list_followers", "show_accounts"),
        arguments: "1, 9999999, 21, 7",
        reads: &["Backward using follow_by_followee", "(\"position\" < $2)"],
        shows: &ABOUT_ACCOUNTS,
    },
    Statement {
        sql: sql!("list_following", "show_accounts"),
        arguments: "1, 9999999, 21, 7",
        reads: &["Backward using follow_by_follower", "(\"position\" < $2)"],
        shows: &ABOUT_ACCOUNTS,
    },
    Statement {
        sql: sql!("list_likers", "show_accounts"),
        arguments: "256, 9999999, 21, 7",
        reads: &["Backward using liked_by_message", "(\"position\" < $2)", "using tombstone_pk"],
        shows: &ABOUT_ACCOUNTS,
    },
    Statement {
        sql: sql!("list_reposters", "show_accounts"),
        arguments: "256, 9999999, 21, 7",
        reads: &["Backward using reposted_by_message", "(\"position\" < $2)", "using tombstone_pk"],
        shows: &ABOUT_ACCOUNTS,
    },
    Statement {
        sql: sql!("list_notifications", "show_accounts"),
        arguments: "1, 9999999, 21",
        reads: &[
            "Backward using notification_pk",
            "(\"position\" < $2)",
            "using read_marker_pk",
            "using notification_by_actor",
            "using muted_pk",
        ],
        shows: &ABOUT_ACCOUNTS,
    },
    Statement {
        sql: sql!("list_blocks", "show_accounts"),
        arguments: "7, 9999999, 21",
        reads: &["Backward using blocked_by_blocker", "(\"position\" < $2)"],
        shows: &ABOUT_ACCOUNTS,
    },
    Statement {
        sql: sql!("list_mutes", "show_accounts"),
        arguments: "7, 9999999, 21",
        reads: &["Backward using muted_by_muter", "(\"position\" < $2)"],
        shows: &ABOUT_ACCOUNTS,
    },
    Statement {
        sql: sql!("get_profile", "show_profile"),
        arguments: "1, 7",
        reads: &["using account_pk", "using account_stat_pk"],
        shows: &["using follow_pk", "using blocked_pk", "using muted_pk"],
    },
    Statement {
        sql: sql!("get_profile_by_handle", "show_profile"),
        arguments: "'heron', 7",
        reads: &["using account_by_handle", "using account_stat_pk"],
        shows: &["using follow_pk", "using blocked_pk", "using muted_pk"],
    },
    Statement {
        sql: sql!("list_reports_open"),
        arguments: "9999999, 21",
        reads: &["Backward using report_open", "(\"position\" < $1)"],
        shows: &["using message_pk"],
    },
    Statement {
        sql: sql!("list_reports_resolved"),
        arguments: "9999999, 21",
        reads: &["Backward using report_resolved", "(\"position\" < $1)"],
        shows: &["using message_pk"],
    },
    Statement {
        sql: sql!("list_moderation"),
        arguments: "9999999, 21",
        reads: &["Backward using moderation_action_pk", "(\"position\" < $1)"],
        shows: &["Scan using moderation_action_pk"],
    },
    Statement {
        sql: sql!("list_own_moderation"),
        arguments: "9999999, 21, 7",
        reads: &["Backward using moderation_action_by_account", "(\"position\" < $1)"],
        shows: &[],
    },
];

#[tokio::test]
async fn people_are_looked_up_for_the_rows_of_a_page_alone() {
    let (_postgres, pool) = empty_tables().await;
    for size in ["empty", "grown"] {
        // The query API's user may do no more than this role; to plan a statement takes what to run it takes.
        execute(&pool, "set role rookery_query_api").await;
        for Statement { sql, arguments, reads, shows } in STATEMENTS {
            let plan = plan(&pool, sql, arguments).await;
            assert_reads(&plan, reads);
            assert_reads(&plan, shows);
            // The one sort orders a page; below the limit the order is the index's, or that of two of them merged.
            let sorts: Vec<usize> = plan.match_indices("Sort\n").map(|(place, _)| place).collect();
            assert!(sorts.len() <= 1, "{size}: {plan}");
            assert!(
                sorts.is_empty() || !plan.contains("Limit") || sorts.first().copied() < plan.find("Limit"),
                "{plan}"
            );
            // A look-up that is not for one row of the page reads everything.
            let whole = plan.lines().filter(|line| line.contains("using") && line.contains("Scan")).count();
            let bounded = plan.matches("Index Cond").count();
            assert_eq!(whole, bounded, "{size}: an index is read as a whole in\n{plan}");
        }
        execute(&pool, "reset role").await;
        if size == "empty" {
            grow(&pool).await;
        }
    }
}

async fn execute(pool: &Pool, sql: &'static str) {
    sqlx::raw_sql(sql).execute(pool).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}
