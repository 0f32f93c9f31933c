//! Whose a deleted message was.

use std::collections::BTreeMap;

use data_set::Pool;
use data_set::published::{Column, SCHEMA, VIEWS};
use reducers::history::History;
use reducers::social::Social;
use serde_json::Value;
use sqlx::AssertSqlSafe;

use super::{empty, fold, history};
use crate::model::rows_of_events;
use crate::rows::DataSet;

const EVENTS: u64 = 150;
/// They name who liked what was deleted, the author too, but not as the author.
const OF_OTHERS: [&str; 2] = ["like_history", "repost_history"];

async fn count(pool: &Pool, sql: String) -> i64 {
    let counted = sqlx::query_scalar(AssertSqlSafe(sql.clone())).fetch_one(pool).await;
    counted.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

fn leads_to_accounts(column: &&Column) -> bool {
    column.reference.is_some_and(|reference| reference.view == "accounts")
}

/// Rows that name an account at a position.
async fn named(pool: &Pool, position: i64, account: i64) -> Vec<&'static str> {
    let mut found = Vec::new();
    for view in VIEWS.iter().filter(|view| !OF_OTHERS.contains(&view.name)) {
        let accounts = view.columns.iter().filter(leads_to_accounts).map(|column| column.name);
        let accounts = accounts.map(|name| format!("{name} = {account}")).collect::<Vec<_>>();
        for at in view.columns.iter().filter(|column| column.name.ends_with("position")) {
            if !accounts.is_empty() {
                let (name, at, accounts) = (view.name, at.name, accounts.join(" or "));
                let sql =
                    format!("select count(*) from {SCHEMA}.{name} where {at} = {position} and ({accounts})");
                found.extend((count(pool, sql).await > 0).then_some(name));
            }
        }
    }
    found
}

/// Where an account was given up, all that it wrote went at one position and at one time, by which analysts can tell whose
/// it was (`why.rs` says why that may be). Of a single message they cannot.
#[tokio::test]
async fn whose_a_deleted_message_was_is_told_only_where_its_whole_account_went() {
    let data_set = DataSet::start().await;
    let (mut alone, mut together) = (0, 0);
    for seed in 40..44 {
        let events = history(seed, EVENTS);
        empty(&data_set).await;
        fold(&data_set, &Social, &events, |rest| rest.min(50)).await;
        fold(&data_set, &History, &events, |rest| rest.min(50)).await;
        let tombstones = rows_of_events(&events).remove("tombstone").expect("the oracle has them");
        let mut by_cause: BTreeMap<bool, Vec<(i64, i64)>> = BTreeMap::new();
        for row in tombstones {
            let row: Value = serde_json::from_str(&row).expect("JSON");
            let number = |name: &str| row[name].as_i64().expect("a number");
            let is_deactivation = row["is_deactivation"] == true;
            by_cause.entry(is_deactivation).or_default().push((number("position"), number("author")));
        }
        for (position, author) in by_cause.remove(&false).unwrap_or_default() {
            let found = named(&data_set.pool, position, author).await;
            assert!(
                found.is_empty(),
                "seed {seed}: {found:?} tell whose the message deleted at {position} was"
            );
            alone += 1;
        }
        let known = "select count(*) from published.deleted_messages d
            join published.former_accounts f on f.deactivated_at = d.deleted_at where d.cause = 'deactivation'";
        let known = count(&data_set.pool, known.to_owned()).await;
        let went = by_cause.remove(&true).unwrap_or_default().len();
        assert!(usize::try_from(known).is_ok_and(|known| known >= went), "seed {seed}: {known} of {went}");
        together += went;
    }
    assert!(alone > 5 && together > 1, "the histories meet what matters: {alone} {together}");
}
