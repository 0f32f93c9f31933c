//! An operator beside running workers.

use std::sync::Arc;
use std::time::Duration;

use domain::{Liked, MessageId, Position, ReactionEvent, Shard};
use event_store::{EventLog, InMemoryLog, drop_events};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reducers::parking::{Choice, retry};

use time::OffsetDateTime;

use super::poisoned::{Mended, Poisoned};
use super::{Folds, PROJECTIONS, folds};
use crate::history::{append, plant};
use crate::rows::DataSet;

const POSTED: &str = "rookery.message.posted.v1";

/// Every projection has two workers, events keep coming, and the operator's retries are cut off at any moment.
#[tokio::test]
async fn retries_that_are_cut_off_beside_busy_workers_come_to_the_rows_of_a_clean_replay() {
    let both = Folds::start().await;
    let mut random = StdRng::seed_from_u64(90);
    let mut log = Poisoned::new(90, 4);
    log.write(60).await;
    let workers: Vec<_> = folds()
        .into_iter()
        .chain(folds())
        .map(|fold| both.data_set.work_on(log.log(), Arc::from(fold)))
        .collect();
    for _ in 0..12 {
        log.write(20).await;
        let bad: Vec<Position> = log.bad().to_vec();
        let mended = log.mended(&bad[..random.random_range(0..=bad.len())]);
        let patience = Duration::from_micros(random.random_range(100..40_000));
        // With pools of its own, as a process has that is killed.
        let retries = async {
            for fold in folds() {
                let pool = both.data_set.worker_pool(fold.name());
                let retried = retry(&mended, &pool, &*fold, 1, &Choice::All, |_| {}).await;
                retried.expect("released");
            }
        };
        drop(tokio::time::timeout(patience, retries).await);
    }
    for projection in PROJECTIONS {
        both.data_set.projection_caught_up(&*log.log(), projection).await;
    }
    both.assert_equal(&log, "while events are bad").await;
    let all: Vec<Position> = log.bad().to_vec();
    for released in both.retry(&log.mended(&all), &Choice::All).await {
        assert_eq!(released.left, 0, "{released:?}");
    }
    log.write(20).await;
    for projection in PROJECTIONS {
        both.data_set.projection_caught_up(&*log.log(), projection).await;
    }
    for worker in workers {
        worker.stop().await;
    }
    both.assert_equal(&log, "at last").await;
}

#[tokio::test]
async fn what_could_have_met_folded_events_is_not_retried() {
    let log: Arc<dyn EventLog> = Arc::new(InMemoryLog::new(Shard(0)));
    let data_set = DataSet::start().await;
    let parent = plant(&*log, POSTED, r#"{"author":"5","text":"parent","tags":[]}"#).await;
    // Nobody can know that it answers.
    let reply = plant(&*log, POSTED, "not even JSON").await;
    let worker = data_set.fold(Arc::clone(&log));
    data_set.caught_up(&*log).await;
    worker.stop().await;
    let rows = data_set.rows().await;

    let at = Position::from_i64(reply).expect("positive");
    let mut good = log.read(at.sequence()).await.expect("readable").expect("there");
    let [social, ..] = folds();
    let retried = |data: String| {
        good.data = data.into();
        let mended = Mended::new(Arc::clone(&log), [good.clone()]);
        let (pool, social) = (&data_set.pool, &*social);
        async move { retry(&mended, pool, social, 1, &Choice::Position(reply), |_| {}).await.expect("retried") }
    };
    let mut retried = retried;
    let refused =
        retried(format!(r#"{{"author":"1","text":"reply","tags":[],"inReplyTo":"{parent}"}}"#)).await;
    assert_eq!((refused.folded, refused.failed.len()), (0, 1));
    assert!(refused.failed[0].1.contains("Rebuild"), "{refused:?}");
    assert_eq!(data_set.rows().await, rows, "nothing was written");
    let folded = retried(r#"{"author":"1","text":"no reply","tags":[]}"#.to_owned()).await;
    assert_eq!((folded.folded, folded.left), (1, 0));
    assert_ne!(data_set.rows().await, rows);
}

#[tokio::test]
async fn what_the_database_refuses_parks_its_message_and_nothing_else() {
    let log: Arc<dyn EventLog> = Arc::new(InMemoryLog::new(Shard(0)));
    let data_set = DataSet::start().await;
    // No index of Postgres holds a key of 20,000 bytes that do not repeat.
    let noise: String = (0..20_000_u64).map(|n| char::from(b'a' + (n * n * 31 % 7919 % 26) as u8)).collect();
    let huge = plant(&*log, POSTED, &format!(r#"{{"author":"1","text":"x","tags":["{noise}"]}}"#)).await;
    let fine = plant(&*log, POSTED, r#"{"author":"1","text":"fine","tags":[]}"#).await;
    let account = event_store::conformance::account(9);
    let mut likes = Vec::new();
    for message in [huge, fine] {
        let message = MessageId::at(Position::from_i64(message).expect("positive"));
        likes.push(log.head().await.expect("a head").next());
        append(&*log, &ReactionEvent::Liked(Liked { account, message, original_time: None }).into()).await;
    }
    let worker = data_set.fold(Arc::clone(&log));
    data_set.caught_up(&*log).await;
    let parked: Vec<_> = data_set.parked().await.into_iter().map(|(at, reason, _)| (at, reason)).collect();
    let waiting = Position::new(likes[0], Shard(0)).get();
    assert_eq!(parked, [(huge, "refused-by-database".to_owned()), (waiting, "waiting".to_owned())]);
    assert_eq!(data_set.rows().await["liked"].len(), 1);

    let [social, ..] = folds();
    let pool = &data_set.pool;
    let retried = retry(&*log, pool, &*social, 1, &Choice::All, |_| {}).await.expect("retried");
    assert_eq!((retried.folded, retried.failed.len(), retried.left), (0, 1, 2), "{retried:?}");
    // The worker is still there, and reaches it.
    let huge = Position::from_i64(huge).expect("positive");
    drop_events(&*log, "social", &[huge], None, OffsetDateTime::now_utc()).await.expect("appended");
    data_set.caught_up(&*log).await;
    let parked: Vec<_> = data_set.parked().await.into_iter().map(|(at, reason, _)| (at, reason)).collect();
    assert_eq!(parked, [(huge.get(), "dropped".to_owned())]);
    assert_eq!(data_set.rows().await["liked"].len(), 1, "the one that waited found nothing");
    plant(&*log, POSTED, r#"{"author":"1","text":"later","tags":[]}"#).await;
    data_set.caught_up(&*log).await;
    worker.stop().await;
    assert_eq!(data_set.rows().await["message"].len(), 2);
}
