//! To whom a message is not what it is to everybody: nobody is forgotten where there are many.

use std::collections::HashSet;

use data_set::Pool;
use data_set::read::{Exceptions, list_exceptions};
use testkit::Postgres;

/// As in `exceptions.rs` of the source.
const EXCEPTIONS_MAX: i64 = 2_000;

async fn database(rows: &str) -> (Postgres, Pool) {
    let postgres = Postgres::start().await;
    data_set::migrate::migrate(&postgres.url()).await.expect("a new database can be migrated");
    let pool = Pool::connect(&postgres.url()).await.expect("the database is there");
    sqlx::raw_sql(sqlx::AssertSqlSafe(rows)).execute(&pool).await.expect("rows can be added");
    (postgres, pool)
}

fn is_known(found: &Exceptions, author: i64, viewer: i64) -> bool {
    found.too_many.contains(&author) || found.hidden.get(&author).is_some_and(|of| of.contains(&viewer))
}

#[tokio::test]
async fn who_blocks_back_hides_nobody_behind_the_bound() {
    // Author 1 has one row more than author 2, and 10 blocks both back: the same accounts fit, and one does not.
    let rows = format!(
        "insert into social_v1.blocked (blocker, blocked, position, blocked_at)
         select 1, 9 + i, i, now() from generate_series(1, {EXCEPTIONS_MAX} + 1) i
         union all select 2, 9 + i, i, now() from generate_series(1, {EXCEPTIONS_MAX} - 1) i
         union all values (10, 1, 5000, now()), (10, 2, 5000, now())"
    );
    let (_postgres, pool) = database(&rows).await;
    let found = list_exceptions(&pool, &[1, 2], &[]).await.expect("answered");
    let forgotten: Vec<i64> =
        (10..=10 + EXCEPTIONS_MAX).filter(|viewer| !is_known(&found, 1, *viewer)).collect();
    assert!(forgotten.is_empty(), "{forgotten:?} would be shown what is hidden from them");
    assert!(!found.too_many.contains(&2), "all rows of 2 were read");
    assert_eq!(found.hidden[&2].len(), 1_999);
}

#[tokio::test]
async fn behind_the_bound_in_all_everybody_has_too_many() {
    // Everybody of 2,000 mutes everybody of 300.
    let mutes = "create or replace view served.mutes as
        select 1000 + i as muter, a as muted, i as position, now() as muted_at
        from generate_series(1::bigint, 300) a cross join generate_series(1::bigint, 2000) i";
    let (_postgres, pool) = database(mutes).await;
    let accounts: Vec<i64> = (1..=300).collect();
    let found = list_exceptions(&pool, &accounts, &[]).await.expect("answered");
    let read: usize = found.muted.values().map(HashSet::len).sum();
    assert!((400_000..600_000).contains(&read), "{read} rows were kept");
    let forgotten =
        accounts.iter().find(|id| !found.muted.contains_key(*id) && !found.too_many.contains(*id));
    assert_eq!(forgotten, None);
    assert_eq!(found.muted.len() + found.too_many.len(), 300);
}

#[tokio::test]
async fn all_accounts_and_messages_are_asked_about() {
    let (_postgres, pool) = database(
        "insert into social_v1.muted (muter, muted, position, muted_at)
         select 7, i, i, now() from generate_series(1, 120) i;
         insert into social_v1.bookmarked (account, message, position, bookmarked_at)
         select 7, i * 256, i, now() from generate_series(1, 230) i",
    )
    .await;
    let accounts: Vec<i64> = (1..=120).collect();
    let messages: Vec<i64> = (1..=230).map(|i| i * 256).collect();
    let found = list_exceptions(&pool, &accounts, &messages).await.expect("answered");
    assert_eq!((found.muted.len(), found.bookmarked.len()), (120, 230));
    assert_eq!(list_exceptions(&pool, &[], &[]).await.expect("answered"), Exceptions::default());
}
