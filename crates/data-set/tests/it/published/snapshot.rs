//! Several statements of one moment, as docs/DATA_SET.md has it, while the fold goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use data_set::{Pool, pool, write};
use sqlx::Connection;

use super::DataSet;
use crate::versions::LIMIT;

const DOCUMENT: &str = include_str!("../../../../../docs/DATA_SET.md");
const ROUNDS: usize = 20;

/// Stands for a projection worker: each transaction adds a message, counts it and moves the checkpoint.
async fn fold(pool: Pool, is_over: Arc<AtomicBool>) {
    while !is_over.load(Ordering::Relaxed) {
        let mut transaction = pool.begin().await.expect("begun");
        let step = "with moved as (
                update control.checkpoint set position = position + 256 where projection = 'social' returning position
            ), posted as (
                insert into message (id, author, text, tags, created_at, edition)
                select position, 7, '', '{}', now(), 1 from moved
            )
            insert into account_stat as s (account, messages) values (7, 1)
            on conflict (account) do update set messages = s.messages + 1";
        sqlx::query(step).execute(&mut *transaction).await.expect("folded");
        transaction.commit().await.expect("committed");
    }
}

/// The statements of the document, in their order.
fn statements() -> Vec<&'static str> {
    let block =
        DOCUMENT.split("```sql\n").find(|block| block.starts_with("begin isolation")).expect("it is there");
    let block = block.split("```").next().expect("it has an end");
    block.split(';').map(str::trim).filter(|sql| !sql.is_empty()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statements_of_one_transaction_see_one_position_while_the_fold_goes_on() {
    let data_set = DataSet::start().await;
    data_set.resume(1).await.expect("a checkpoint");
    let is_over = Arc::new(AtomicBool::new(false));
    let worker =
        write::connect(&data_set.postgres.url(), "worker", &write::schema("social", 1)).expect("a URL");
    let folding = tokio::spawn(fold(worker, Arc::clone(&is_over)));
    let analyst =
        pool::connect(&data_set.postgres.url(), &pool::PoolOptions::reader("analyst", 1)).expect("a URL");
    let statements = statements();
    let [begin, position, messages, counted, ..] = statements[..] else { panic!("{statements:?}") };
    let mut last = 0;
    for _ in 0..ROUNDS {
        testkit::eventually("the fold goes on", LIMIT, || async {
            let now: i64 = sqlx::query_scalar(position)
                .fetch_one(&data_set.pool)
                .await
                .map_err(|error| error.to_string())?;
            if now > last { Ok(()) } else { Err(format!("still at {last}")) }
        })
        .await;
        let mut connection = sqlx::PgConnection::connect(&data_set.postgres.url()).await.expect("connected");
        sqlx::raw_sql(begin).execute(&mut connection).await.expect("begun");
        let at: i64 = sqlx::query_scalar(position).fetch_one(&mut connection).await.expect("a position");
        // Others see it go on.
        testkit::eventually("the fold goes on", LIMIT, || async {
            let now: i64 =
                sqlx::query_scalar(position).fetch_one(&analyst).await.map_err(|error| error.to_string())?;
            if now > at { Ok(()) } else { Err(format!("still at {at}")) }
        })
        .await;
        let written: i64 = sqlx::query_scalar(messages).fetch_one(&mut connection).await.expect("counted");
        let counted: i64 = sqlx::query_scalar(counted).fetch_one(&mut connection).await.expect("counted");
        let again: i64 = sqlx::query_scalar(position).fetch_one(&mut connection).await.expect("a position");
        assert_eq!((written * 256, counted * 256, again), (at, at, at));
        last = at;
    }
    is_over.store(true, Ordering::Relaxed);
    folding.await.expect("no panic");
}
