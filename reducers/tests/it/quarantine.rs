//! Bad events anywhere in random histories: what does not meet them goes on, and once they can be decoded and were
//! retried the rows are those of a clean replay.

mod operator;
mod poisoned;

use std::sync::Arc;

use data_set::write::parked;
use domain::Position;
use event_store::{EventLog, RecordedEvent};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reducers::Fold;
use reducers::release::{Action, Choice, Released, release};

use self::poisoned::{Cut, Mended, Poisoned};
use crate::feeds::Feeds;
use crate::model::{feeds_of, normalised, rows_of_events};
use crate::rows::{DataSet, Rows};

const SEEDS: u64 = 6;
const EVENTS: u64 = 140;
/// Crossed all the time by the few accounts of these histories.
const LIMIT: u32 = 3;

/// Both projections over one log.
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
    }

    /// Folds the whole log, in batches of random sizes.
    async fn fold(&self, log: &Poisoned, seed: u64) {
        for fold in folds() {
            let fold = Cut::new(fold, seed);
            let worker = self.data_set.work_on(log.log(), Arc::new(fold));
            self.data_set.lane_caught_up(&*log.log(), worker.projection).await;
            worker.stop().await;
        }
    }

    async fn release(&self, log: &Mended, choice: &Choice, action: Action) -> [Released; 2] {
        let [social, feeds] = folds();
        let run = |fold: Box<dyn Fold>| async move {
            release(log, &self.data_set.lane_pool(fold.name()), &*fold, 1, choice, action, |_| {})
                .await
                .expect("released")
        };
        [run(social).await, run(feeds).await]
    }

    /// Positions of all that is not in the rows of a projection.
    async fn parked(&self, log: &dyn EventLog, projection: &'static str) -> Vec<parked::Parked> {
        let lane =
            data_set::write::Lane { projection, version: 1, shard: 0, lineage: log.lineage().to_string() };
        parked::page(&self.data_set.pool, &lane, 0, 10_000).await.expect("readable")
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
    }
}

fn folds() -> [Box<dyn Fold>; 2] {
    let limit = data_set::write::FanOutLimit::new(LIMIT);
    [Box::new(reducers::social::Social), Box::new(reducers::feeds::Feeds { limit })]
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
        for projection in ["social", "feeds"] {
            let parked = folds.parked(&*log.log(), projection).await;
            waited += parked.iter().filter(|parked| parked.is_waiting()).count();
            went_on += log.good().len() - parked.len();
        }

        // One of them is mended, and life goes on.
        let bad = log.bad().to_vec();
        let one = bad[random.random_range(0..bad.len())];
        let mended = log.mended(&[one]);
        folds.release(&mended, &Choice::Position(one.get()), Action::Retry).await;
        folds.assert_equal(&log, &format!("seed {seed}, one was retried")).await;
        log.write(EVENTS / 2).await;
        folds.fold(&log, !seed).await;
        folds.assert_equal(&log, &format!("seed {seed}, and more came")).await;

        let all: Vec<Position> = log.bad().to_vec();
        let released = folds.release(&log.mended(&all), &Choice::All, Action::Retry).await;
        for released in &released {
            assert_eq!((released.left, released.failed.len()), (0, 0), "seed {seed}: {released:?}");
        }
        folds.assert_equal(&log, &format!("seed {seed}, all were retried")).await;
        let again = folds.release(&log.mended(&all), &Choice::All, Action::Retry).await;
        assert_eq!(again, [Released::default(), Released::default()], "a repetition changes nothing");
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
            for projection in ["social", "feeds"] {
                for row in folds.parked(&*log.log(), projection).await {
                    parked.push((projection, row.position, row.reason, row.holds, row.touches));
                }
            }
            assert!(before.as_ref().is_none_or(|before| *before == parked), "seed {seed}");
            before = Some(parked);
        }
    }
}

#[tokio::test]
async fn dropped_events_are_passed_over_for_good() {
    let folds = Folds::start().await;
    for seed in 70..73 {
        for action in [Action::Drop, Action::DropWithWaiting] {
            folds.empty().await;
            let mut log = Poisoned::new(seed, 2);
            log.write(EVENTS).await;
            folds.fold(&log, seed).await;
            let all: Vec<Position> = log.bad().to_vec();
            let released = folds.release(&log.mended(&[]), &Choice::All, action).await;
            assert!(released.iter().all(|released| released.left == 0), "seed {seed}: {released:?}");
            if action == Action::Drop {
                assert!(released.iter().all(|released| released.dropped == all.len() as u64));
            }
            // What is left in the table are the dropped ones; everything else is in the rows.
            folds.assert_equal(&log, &format!("seed {seed}, dropped")).await;
            // A replay passes them over, too, and asks nobody.
            folds.data_set.empty_rows().await;
            folds.data_set.empty_feeds().await;
            folds.data_set.forget_checkpoint().await;
            folds.fold(&log, !seed).await;
            folds.assert_equal(&log, &format!("seed {seed}, replayed")).await;
        }
    }
}
