//! What a worker promises: the rows are the fold of the log, for any number of replays, batches and
//! workers.

use std::sync::Arc;
use std::time::Duration;

use domain::{Sequence, Shard};
use event_store::{EventLog, InMemoryLog};
use event_store_nats::{JetStreamConfig, JetStreamLog};
use testkit::{Nats, eventually};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::history::Author;
use crate::model::{normalised, rows_of};
use crate::rows::{DataSet, PATIENCE};

fn in_memory() -> Arc<dyn EventLog> {
    Arc::new(InMemoryLog::new(Shard(0)))
}

async fn assert_folded(data_set: &DataSet, log: &dyn EventLog) {
    data_set.caught_up(log).await;
    pretty_compare(&normalised(data_set.rows().await), &rows_of(log).await);
}

fn pretty_compare(found: &crate::rows::Rows, expected: &crate::rows::Rows) {
    for (table, expected) in expected {
        let found = &found[table];
        let only_found: Vec<_> = found.iter().filter(|row| !expected.contains(row)).take(5).collect();
        let only_expected: Vec<_> = expected.iter().filter(|row| !found.contains(row)).take(5).collect();
        assert!(
            only_found.is_empty() && only_expected.is_empty() && found.len() == expected.len(),
            "{table}: {} rows found, {} expected\nonly found: {only_found:#?}\nonly expected: {only_expected:#?}",
            found.len(),
            expected.len(),
        );
    }
}

#[tokio::test]
async fn rows_equal_the_model_when_folded_live() {
    let (log, data_set) = (in_memory(), DataSet::start().await);
    let worker = data_set.fold(Arc::clone(&log));
    let mut author = Author::new(Arc::clone(&log), 1);
    for _ in 0..20 {
        // Small chunks with a look in between, so that a message's events fall into different batches.
        author.write(15).await;
        data_set.caught_up(&*log).await;
    }
    assert_folded(&data_set, &*log).await;
    worker.stop().await;
}

#[tokio::test]
async fn rows_equal_the_model_when_replayed_in_one_batch() {
    for seed in 10..14 {
        let (log, data_set) = (in_memory(), DataSet::start().await);
        Author::new(Arc::clone(&log), seed).write(400).await;
        let worker = data_set.fold(Arc::clone(&log));
        assert_folded(&data_set, &*log).await;
        worker.stop().await;
    }
}

#[tokio::test]
async fn folding_everything_twice_equals_once() {
    let (log, data_set) = (in_memory(), DataSet::start().await);
    // What a block ends, and whether a decision meets its account, depends on the rows that are there: with these only a
    // fold from nothing gives the same.
    Author::new(Arc::clone(&log), 2).peaceful().write(300).await;
    let worker = data_set.fold(Arc::clone(&log));
    assert_folded(&data_set, &*log).await;
    worker.stop().await;
    let once = data_set.rows().await;
    data_set.forget_checkpoint().await;
    let worker = data_set.fold(Arc::clone(&log));
    data_set.caught_up(&*log).await;
    worker.stop().await;
    assert_eq!(data_set.rows().await, once);
}

#[tokio::test]
async fn a_replay_from_zero_equals_live_while_writes_go_on() {
    let nats = Nats::start().await;
    let mut config = JetStreamConfig::new(nats.url(), "test");
    config.stream_bytes_max = 256 << 20;
    let log: Arc<dyn EventLog> = Arc::new(JetStreamLog::open(&config).await.expect("opened"));
    let (live, replayed) = (DataSet::start().await, DataSet::start().await);
    let live_worker = live.fold(Arc::clone(&log));
    Author::new(Arc::clone(&log), 3).write(300).await;
    let writing = tokio::spawn({
        let log = Arc::clone(&log);
        async move { Author::new(log, 4).write(300).await }
    });
    let replay_worker = replayed.fold(Arc::clone(&log));
    writing.await.expect("written");
    assert_folded(&live, &*log).await;
    replayed.caught_up(&*log).await;
    assert_eq!(replayed.rows().await, live.rows().await);
    live_worker.stop().await;
    replay_worker.stop().await;
}

#[tokio::test]
async fn two_workers_on_one_projection_double_nothing_and_one_goes_on_alone() {
    let (log, data_set) = (in_memory(), DataSet::start().await);
    let first = data_set.fold(Arc::clone(&log));
    let second = data_set.fold(Arc::clone(&log));
    let mut author = Author::new(Arc::clone(&log), 5);
    for _ in 0..10 {
        author.write(20).await;
        data_set.caught_up(&*log).await;
    }
    first.stop().await;
    author.write(50).await;
    assert_folded(&data_set, &*log).await;
    second.stop().await;
}

#[tokio::test]
async fn a_database_that_was_gone_is_caught_up_with() {
    let (log, mut data_set) = (in_memory(), DataSet::start().await);
    let worker = data_set.fold(Arc::clone(&log));
    let mut author = Author::new(Arc::clone(&log), 6);
    author.write(100).await;
    data_set.caught_up(&*log).await;
    data_set.postgres.kill().await;
    author.write(100).await;
    eventually("the worker notices", PATIENCE, || async {
        match worker.status.check() {
            Ok(()) => Err("it is content".to_owned()),
            Err(_) => Ok(()),
        }
    })
    .await;
    data_set.postgres.restart().await;
    assert_folded(&data_set, &*log).await;
    assert_eq!(worker.status.check(), Ok(()));
    worker.stop().await;
}

#[tokio::test]
async fn rows_of_another_log_are_not_touched() {
    let (log, other, data_set) = (in_memory(), in_memory(), DataSet::start().await);
    Author::new(Arc::clone(&log), 7).write(50).await;
    Author::new(Arc::clone(&other), 8).write(90).await;
    let worker = data_set.fold(Arc::clone(&log));
    data_set.caught_up(&*log).await;
    worker.stop().await;
    let before = data_set.rows().await;
    let stranger = data_set.fold(other);
    eventually("the worker refuses", PATIENCE, || async {
        match stranger.status.check() {
            Err(why) if why.contains("was folded from log") => Ok(()),
            state => Err(format!("{state:?}")),
        }
    })
    .await;
    refusal_is_told(&data_set, "was folded from log").await;
    stranger.stop().await;
    assert_eq!(data_set.rows().await, before);
    // The log that they came from is folded on, and the refusal is taken back.
    let worker = data_set.fold(log);
    refusal_is_taken_back(&data_set).await;
    worker.stop().await;
}

async fn told_refusal(data_set: &DataSet) -> Option<String> {
    let refusal = sqlx::query_scalar("select refusal from control.worker_heartbeat");
    refusal.fetch_optional(&data_set.pool).await.expect("readable").flatten()
}

async fn refusal_is_told(data_set: &DataSet, words: &str) {
    eventually("the refusal is told in the database", PATIENCE, || async {
        match told_refusal(data_set).await {
            Some(why) if why.contains(words) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
}

async fn refusal_is_taken_back(data_set: &DataSet) {
    eventually("the refusal is taken back", PATIENCE, || async {
        told_refusal(data_set).await.map_or(Ok(()), Err)
    })
    .await;
}

#[tokio::test]
async fn a_log_that_is_shorter_than_what_was_folded_is_refused() {
    let (log, data_set) = (in_memory(), DataSet::start().await);
    Author::new(Arc::clone(&log), 7).write(50).await;
    let worker = data_set.fold(Arc::clone(&log));
    data_set.caught_up(&*log).await;
    worker.stop().await;
    let before = data_set.rows().await;
    sqlx::query("update control.checkpoint set position = position + (1000 << 8)")
        .execute(&data_set.pool)
        .await
        .expect("as if the log had lost its end");
    let worker = data_set.fold(log);
    refusal_is_told(&data_set, "the log has no event").await;
    assert!(worker.status.refusal().is_some());
    worker.stop().await;
    assert_eq!(data_set.rows().await, before);
}

#[tokio::test]
async fn a_log_that_lost_its_end_and_grew_again_is_refused() {
    let (log, data_set) = (in_memory(), DataSet::start().await);
    Author::new(Arc::clone(&log), 7).write(50).await;
    let worker = data_set.fold(Arc::clone(&log));
    data_set.caught_up(&*log).await;
    worker.stop().await;
    let before = data_set.rows().await;
    let last = log.read(log.head().await.expect("a head")).await.expect("readable").expect("there");
    let remember = async |event: Uuid| {
        let sql = "update control.checkpoint n set event = $1 from control.checkpoint o
            where (o.projection, o.version, o.shard) = (n.projection, n.version, n.shard) returning o.event";
        let was: Option<Uuid> =
            sqlx::query_scalar(sql).bind(event).fetch_one(&data_set.pool).await.expect("remembered");
        was
    };
    let known = remember(Uuid::new_v4()).await;
    assert_eq!(known, last.envelope.map(|envelope| envelope.event.0));
    Author::new(Arc::clone(&log), 8).write(10).await;
    let worker = data_set.fold(Arc::clone(&log));
    refusal_is_told(&data_set, "it lost its end and grew again").await;
    worker.stop().await;
    assert_eq!(data_set.rows().await, before);
    // The log that holds the event is folded on.
    remember(known.expect("it was known")).await;
    let worker = data_set.fold(Arc::clone(&log));
    assert_folded(&data_set, &*log).await;
    worker.stop().await;
}

/// Somebody who watches must not be told of a lag since 1970.
#[tokio::test]
async fn before_the_first_batch_the_rows_are_complete_until_the_first_event() {
    let (log, data_set) = (in_memory(), DataSet::start().await);
    let began = OffsetDateTime::now_utc() - Duration::from_secs(1);
    Author::new(Arc::clone(&log), 9).write(30).await;
    let mut obstacle = data_set.pool.begin().await.expect("begun");
    sqlx::query("lock table social_v1.message").execute(&mut *obstacle).await.expect("locked");
    let worker = data_set.fold(Arc::clone(&log));
    let complete_until: OffsetDateTime = eventually("the heartbeat", PATIENCE, || async {
        let beat = sqlx::query_scalar("select complete_until from control.worker_heartbeat");
        let beat = beat.fetch_optional(&data_set.pool).await.map_err(|error| error.to_string())?;
        beat.ok_or_else(|| "none".to_owned())
    })
    .await;
    assert_eq!(data_set.checkpoint().await, Ok(0), "nothing is folded");
    let first = log.read(Sequence::ZERO.next()).await.expect("readable").expect("it is there").recorded_at;
    assert!(first >= began && complete_until.unix_timestamp() == first.unix_timestamp(), "{complete_until}");
    obstacle.rollback().await.expect("ended");
    assert_folded(&data_set, &*log).await;
    worker.stop().await;
}

#[tokio::test]
async fn a_heartbeat_tells_head_and_completeness() {
    let (log, data_set) = (in_memory(), DataSet::start().await);
    Author::new(Arc::clone(&log), 9).write(30).await;
    let worker = data_set.fold(Arc::clone(&log));
    let head = i64::try_from(log.head().await.expect("a head").get()).expect("small") << 8;
    eventually("the heartbeat", PATIENCE, || async {
        let beat: Option<(i64, bool)> = sqlx::query_as(
            "select head, complete_until > now() - interval '5 seconds' from control.worker_heartbeat",
        )
        .fetch_optional(&data_set.pool)
        .await
        .map_err(|error| error.to_string())?;
        if beat == Some((head, true)) { Ok(()) } else { Err(format!("{beat:?}")) }
    })
    .await;
    worker.stop().await;
}
