//! What the data set promises analysts of keys, nulls and references holds in any history.

use data_set::Pool;
use data_set::published::{SCHEMA, VIEWS, View};
use sqlx::AssertSqlSafe;

use crate::property::{Cuts, fold, history};
use crate::rows::DataSet;

const SEEDS: u64 = 6;

async fn count(pool: &Pool, sql: String) -> i64 {
    let counted = sqlx::query_scalar(AssertSqlSafe(sql.clone())).fetch_one(pool).await;
    counted.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// Statements that count what should not be there, each with what it would mean.
fn promises(view: &View) -> Vec<(String, String)> {
    let (name, key) = (view.name, view.primary_key.join(", "));
    let mut promises = vec![(
        format!("rows of {name} with one key"),
        format!(
            "select count(*) from (select from {SCHEMA}.{name} group by {key} having count(*) > 1) twice"
        ),
    )];
    for column in view.columns {
        let of = column.name;
        if !column.is_nullable {
            let sql = format!("select count(*) from {SCHEMA}.{name} where {of} is null");
            promises.push((format!("nulls in {name}.{of}"), sql));
        }
        if let Some(reference) = column.reference.filter(|reference| reference.except.is_none()) {
            let (there, id) = (reference.view, reference.column);
            let sql = format!(
                "select count(*) from {SCHEMA}.{name} v where v.{of} is not null
                    and not exists (select from {SCHEMA}.{there} r where r.{id} = v.{of})"
            );
            promises.push((format!("references of {name}.{of} to no {there}"), sql));
        }
        if !column.values.is_empty() {
            let words = column.values.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ");
            let sql = format!("select count(*) from {SCHEMA}.{name} where {of} not in ({words})");
            promises.push((format!("words of {name}.{of} that are not described"), sql));
        }
    }
    promises
}

#[tokio::test]
async fn keys_nulls_and_references_hold_in_any_history() {
    let data_set = DataSet::start().await;
    let (mut replies, mut unknown) = (0, 0);
    for seed in 0..SEEDS {
        fold(&data_set, &history(seed), Cuts::Random(seed)).await;
        for (what, sql) in VIEWS.iter().flat_map(promises) {
            assert_eq!(count(&data_set.pool, sql).await, 0, "{what}, seed {seed}");
        }
        let answered =
            "select count(*) from published.messages m join published.message_ids i on i.id = m.in_reply_to";
        replies += count(&data_set.pool, format!("{answered} where i.state = 'deleted'")).await;
        unknown += count(&data_set.pool, format!("{answered} where i.state = 'unknown'")).await;
    }
    assert!(
        replies > 0 && unknown > 0,
        "no history answers what was deleted ({replies}) or never was ({unknown})"
    );
}
