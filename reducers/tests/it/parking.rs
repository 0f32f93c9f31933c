//! Bad events anywhere in random histories: what does not meet them goes on, and once they can be decoded and were
//! retried the rows are those of a clean replay.

mod given_up;
mod operator;
mod poisoned;

use std::sync::Arc;

use data_set::write::parked;
use domain::Position;
use event_store::{EventLog, RecordedEvent, drop_events};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reducers::Fold;
use reducers::parking::{Choice, Chosen, Released, choose, retry};

use time::OffsetDateTime;

use self::poisoned::{Cut, Mended, Poisoned};
use crate::feeds::Feeds;
use crate::model::{feeds_of, normalised, past_of, rows_of_events};
use crate::rows::{DataSet, Rows};

const SEEDS: u64 = 6;
const EVENTS: u64 = 140;
/// Crossed all the time by the few accounts of these histories.
const LIMIT: u32 = 3;

/// Their names, in the order of `folds`.
const PROJECTIONS: [&str; 3] = ["social", "feeds", "history"];

/// All projections over one log.
struct Folds {
    data_set: DataSet,
    clean: Feeds,
}

impl Folds {
    async fn start() -> Self {
        Self { data_set: DataSet::start().await, clean: Feeds::start().await }
    }

    async fn empty(&self) {
        self.data_set.empty().await;
        self.data_set.empty_feeds().await;
        self.data_set.empty_past().await;
    }

    /// Folds the whole log, in batches of random sizes.
    async fn fold(&self, log: &Poisoned, seed: u64) {
        for fold in folds() {
            let fold = Cut::new(fold, seed);
            let worker = self.data_set.work_on(log.log(), Arc::new(fold));
            self.data_set.projection_caught_up(&*log.log(), worker.projection).await;
            worker.stop().await;
        }
    }

    async fn retry(&self, log: &Mended, choice: &Choice) -> Vec<Released> {
        let mut released = Vec::new();
        for fold in folds() {
            let pool = self.data_set.worker_pool(fold.name());
            released.push(retry(log, &pool, &*fold, 1, choice, |_| {}).await.expect("retried"));
        }
        released
    }

    /// Has the log say that all bad events are given up, of each projection.
    async fn give_up(&self, log: &dyn EventLog, choice: &Choice, with_waiting: bool) -> Vec<Chosen> {
        let mut given_up = Vec::new();
        for projection in PROJECTIONS {
            let key = projection_key(log, projection);
            let chosen = choose(&self.data_set.pool, &key, choice, with_waiting).await.expect("readable");
            let positions = chosen.waiting.iter().chain(&chosen.bad);
            let positions: Vec<_> = positions.map(|at| Position::from_i64(*at).expect("positive")).collect();
            let now = OffsetDateTime::now_utc();
            drop_events(log, projection, &positions, None, now).await.expect("appended");
            given_up.push(chosen);
        }
        given_up
    }

    /// Positions of all that is not in the rows of a projection.
    async fn parked(&self, log: &dyn EventLog, projection: &'static str) -> Vec<parked::Parked> {
        parked::page(&self.data_set.pool, &projection_key(log, projection), 0, 10_000)
            .await
            .expect("readable")
    }

    /// The rows are those of the good events without the ones that are parked.
    async fn assert_equal(&self, log: &Poisoned, what: &str) {
        let social = self.parked(&*log.log(), "social").await;
        let without = |parked: &[parked::Parked]| -> Vec<RecordedEvent> {
            let is_parked =
                |event: &&RecordedEvent| parked.iter().any(|parked| parked.position == event.position.get());
            log.good().iter().filter(|event| !is_parked(event)).cloned().collect()
        };
        let found = normalised(self.data_set.rows().await);
        assert_rows(&found, &rows_of_events(&without(&social)), what);
        let feeds = self.parked(&*log.log(), "feeds").await;
        let events = without(&feeds);
        self.clean.fold_all(LIMIT, &events, |rest| rest).await;
        let readable = crate::feeds::readable(&self.data_set.pool).await;
        assert_eq!(readable, feeds_of(&events).feeds(), "{what}: feeds as they are read");
        assert_rows(&self.data_set.feeds_rows().await, &self.clean.rows().await, what);
        let past = self.parked(&*log.log(), "history").await;
        assert_rows(&normalised(self.data_set.past_rows().await), &past_of(&without(&past)), what);
    }
}

fn projection_key(log: &dyn EventLog, projection: &'static str) -> data_set::write::ProjectionKey {
    data_set::write::ProjectionKey { projection, version: 1, shard: 0, lineage: log.lineage().to_string() }
}

fn folds() -> [Box<dyn Fold>; 3] {
    let limit = data_set::write::FanOutLimit::new(LIMIT);
    let (social, feeds) = (reducers::social::Social, reducers::feeds::Feeds { limit });
    [Box::new(social), Box::new(feeds), Box::new(reducers::history::History)]
}

fn assert_rows(found: &Rows, expected: &Rows, what: &str) {
    for (table, expected) in expected {
        assert_eq!(&found[table], expected, "{what}: {table}");
    }
}

#[tokio::test]
async fn retried_events_come_to_the_rows_of_a_clean_replay() {
    let folds = Folds::start().await;
    let (mut waited, mut went_on) = (0, 0);
    for seed in 0..SEEDS {
        folds.empty().await;
        let mut random = StdRng::seed_from_u64(seed);
        let mut log = Poisoned::new(seed, 3);
        log.write(EVENTS).await;
        folds.fold(&log, seed).await;
        folds.assert_equal(&log, &format!("seed {seed}, while events are bad")).await;
        for projection in PROJECTIONS {
            let parked = folds.parked(&*log.log(), projection).await;
            waited += parked.iter().filter(|parked| parked.is_waiting()).count();
            went_on += log.good().len() - parked.len();
        }

        // One of them is repaired, and life goes on.
        let bad = log.bad().to_vec();
        let one = bad[random.random_range(0..bad.len())];
        let mended = log.mended(&[one]);
        folds.retry(&mended, &Choice::Position(one.get())).await;
        folds.assert_equal(&log, &format!("seed {seed}, one was retried")).await;
        log.write(EVENTS / 2).await;
        folds.fold(&log, !seed).await;
        folds.assert_equal(&log, &format!("seed {seed}, and more came")).await;

        let all: Vec<Position> = log.bad().to_vec();
        let released = folds.retry(&log.mended(&all), &Choice::All).await;
        for released in &released {
            assert_eq!((released.left, released.failed.len()), (0, 0), "seed {seed}: {released:?}");
        }
        folds.assert_equal(&log, &format!("seed {seed}, all were retried")).await;
        let again = folds.retry(&log.mended(&all), &Choice::All).await;
        assert_eq!(again, vec![Released::default(); 3], "a repetition changes nothing");
    }
    assert!(waited > 100, "bad events are met: {waited} waited");
    assert!(went_on > waited, "most goes on: {waited} waited, {went_on} went on");
}

#[tokio::test]
async fn the_same_events_wait_however_the_log_is_cut() {
    let folds = Folds::start().await;
    for seed in 50..53 {
        let mut log = Poisoned::new(seed, 3);
        log.write(EVENTS).await;
        let mut before = None;
        for cuts in [1, 2, 3] {
            folds.empty().await;
            folds.fold(&log, seed * 10 + cuts).await;
            let mut parked = Vec::new();
            for projection in PROJECTIONS {
                for row in folds.parked(&*log.log(), projection).await {
                    parked.push((projection, row.position, row.reason, row.exclusive_keys, row.shared_keys));
                }
            }
            assert!(before.as_ref().is_none_or(|before| *before == parked), "seed {seed}");
            before = Some(parked);
        }
    }
}

/// What is not in the rows, except for the times.
fn told(parked: Vec<parked::Parked>) -> Vec<(i64, String, String)> {
    parked.into_iter().map(|row| (row.position, row.reason, row.detail)).collect()
}

#[tokio::test]
async fn a_replay_into_an_empty_data_set_passes_over_what_was_given_up() {
    let folds = Folds::start().await;
    for seed in 70..73 {
        for with_waiting in [false, true] {
            folds.empty().await;
            let mut log = Poisoned::new(seed, 2);
            log.write(EVENTS).await;
            folds.fold(&log, seed).await;
            let chosen = folds.give_up(&*log.log(), &Choice::All, with_waiting).await;
            // The workers reach it, and what is behind it.
            log.write(EVENTS / 4).await;
            folds.fold(&log, seed).await;
            let all: Vec<i64> = log.bad().iter().map(|at| at.get()).collect();
            let (mut before, mut rows) = (Vec::new(), Vec::new());
            for (projection, chosen) in PROJECTIONS.into_iter().zip(&chosen) {
                let parked = folds.parked(&*log.log(), projection).await;
                let is_given_up = |at: &i64| chosen.bad.contains(at) || chosen.waiting.contains(at);
                assert!(
                    parked.iter().all(|row| row.is_dropped() == is_given_up(&row.position)),
                    "seed {seed}"
                );
                assert!(!with_waiting || !chosen.waiting.is_empty() || projection != "social", "seed {seed}");
                assert!(chosen.bad.iter().all(|at| all.contains(at)));
                before.push(told(parked));
            }
            folds.assert_equal(&log, &format!("seed {seed}, dropped")).await;
            rows.push((
                folds.data_set.rows().await,
                folds.data_set.feeds_rows().await,
                folds.data_set.past_rows().await,
            ));

            // As when the data set is lost. In other batches, by two workers at once.
            folds.empty().await;
            let others: Vec<_> = self::folds()
                .into_iter()
                .map(|fold| folds.data_set.work_on(log.log(), Arc::new(Cut::new(fold, seed + 1))))
                .collect();
            folds.fold(&log, !seed).await;
            for worker in others {
                worker.stop().await;
            }
            for (projection, before) in PROJECTIONS.into_iter().zip(before) {
                let parked = folds.parked(&*log.log(), projection).await;
                assert_eq!(told(parked), before, "seed {seed}, {projection}");
            }
            rows.push((
                folds.data_set.rows().await,
                folds.data_set.feeds_rows().await,
                folds.data_set.past_rows().await,
            ));
            assert_eq!(rows[0], rows[1], "seed {seed}");
        }
    }
}
