//! While people write and the workers fold.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use verifier::Scope;

use super::System;
use crate::history::Author;
use crate::model::{normalised, rows_of};

const LIMIT: Duration = Duration::from_secs(60);

/// Commands between two looks of the writer, so that the fold keeps up and batches stay small.
const COMMANDS_PER_ROUND: usize = 5;

/// A writer that is never held up would make histories that no oracle ends with.
const ROUNDS_MAX: usize = 120;

/// Somebody who writes until told to stop.
struct Writer {
    token: CancellationToken,
    writing: JoinHandle<()>,
}

impl Writer {
    fn start(system: &System, seed: u64) -> Self {
        let token = CancellationToken::new();
        let (stop, log, pool) = (token.clone(), Arc::clone(&system.log), system.data_set.pool.clone());
        let writing = tokio::spawn(async move {
            let mut author = Author::new(log, seed);
            for _ in (0..ROUNDS_MAX).take_while(|_| !stop.is_cancelled()) {
                author.write(COMMANDS_PER_ROUND).await;
                // A rest for the length of some round trips, so that there is something to write in every run.
                for _ in 0..20 {
                    sqlx::query("select").execute(&pool).await.expect("answered");
                }
            }
        });
        Self { token, writing }
    }

    async fn stop(self) {
        self.token.cancel();
        self.writing.await.expect("written");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_differs_while_everything_moves() {
    let system = System::folded(91, 60).await;
    let (workers, writer) = (system.workers(), Writer::start(&system, 94));
    let mut positions = BTreeSet::new();
    let (began, mut run) = (Instant::now(), 0);
    // On a busy machine the fold is slower than the first runs.
    while run < 6 || positions.len() < 3 {
        let report = system.verify(Scope::All).await.expect("verified");
        assert_eq!(super::found(&report), [""; 0], "run {run}");
        positions.insert(report.projections[0].position);
        run += 1;
        assert!(began.elapsed() < LIMIT, "it moved: {positions:?}");
    }
    writer.stop().await;
    workers.stop().await;
}

/// Of accounts and messages that nobody else touches, and of all others.
const PLANTS: [&str; 5] = [
    "insert into social_v1.tombstone values (1, 9999, 9999, now(), null, null, null, 1, null, false)",
    "insert into feeds_v1.former values (9999)",
    "insert into history_v1.former values (9999, 1)",
    "update social_v1.message_count set messages = messages + 1 where author = 0 and tag = ''",
    "delete from social_v1.read_marker",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_mended_while_everything_moves() {
    let system = System::folded(92, 60).await;
    let (workers, writer) = (system.workers(), Writer::start(&system, 93));
    for round in 0..3 {
        for sql in PLANTS {
            // While the workers wait: they lock rows in another order.
            system
                .run(&format!("select from control.checkpoint order by projection for update; {sql}"))
                .await;
        }
        let report = system.repair().await;
        let is_repaired = report.projections.iter().all(|found| found.repaired.is_some());
        assert!(report.is_sound() && is_repaired, "round {round}: {report:?}");
    }
    writer.stop().await;
    system.data_set.all_caught_up(&*system.log).await;
    workers.stop().await;
    assert_eq!(normalised(system.data_set.rows().await), rows_of(&*system.log).await);
    assert_eq!(system.found().await, [""; 0]);
}
