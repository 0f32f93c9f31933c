//! Of a job's windows one runs at a time.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use event_store::buckets::{Bucket, BucketEntry, Written};

use super::*;

#[tokio::test]
async fn windows_that_end_while_another_one_runs_are_left_out_only_where_the_job_says_so() {
    for (overlap, skips) in [("wait", false), ("skip", true)] {
        let (job, ledger) = (job(&format!(", overlap: {overlap}")), ledger());
        let runner = runner(&ledger, LIMIT);
        let windows = newest(&job, 3);
        let began = windows[1].end - SignedDuration::from_secs(30);
        begin(&ledger, &claim(windows[0], LIMIT, began)).await;
        assert!(matches!(look(&runner, &job, windows[0], Timestamp::now()).await, Looked::Elsewhere(_)));
        // Also one that nobody has looked at those before it, as where it is asked for.
        for later in [windows[2], windows[1], windows[2]] {
            match look(&runner, &job, later, Timestamp::now()).await {
                Looked::Ended(entry) => assert!(skips && entry.state == State::Skipped, "{entry:?}"),
                other => assert!(!skips && matches!(other, Looked::NotYet(_)), "{other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_window_of_the_past_waits_for_one_that_runs() {
    let (job, ledger) = (job(""), ledger());
    let windows = newest(&job, 40);
    let newer = begin(&ledger, &claim(windows[39], LIMIT, Timestamp::now())).await;
    let runner = runner(&ledger, LIMIT);
    assert!(matches!(look(&runner, &job, windows[0], Timestamp::now()).await, Looked::NotYet(_)));
    let end = |entry: &mut Entry| entry.state = State::Succeeded;
    ledger.update("x", &newer, end).await.expect("it answers").expect("its own");
    assert!(matches!(look(&runner, &job, windows[0], Timestamp::now()).await, Looked::Ended(_)));
}

/// Each run finds out whether it is alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_two_windows_of_a_job_run_at_once() {
    let dir = tempfile::tempdir().expect("there is room");
    let alone = dir.path().join("alone").display().to_string();
    let script = format!("mkdir {alone} && sleep 0.1 && rmdir {alone}");
    let job = Job { command: ["sh", "-c", &script].map(str::to_owned).into(), ..job(", tries: 1") };
    let (ledger, mut running) = (ledger(), Vec::new());
    for window in newest(&job, 6) {
        let (runner, job) = (runner(&ledger, LIMIT), job.clone());
        running.push(tokio::spawn(async move { runner.run_one(&job, window).await }));
    }
    for window in running {
        let entry = window.await.expect("no panic").expect("it ends");
        assert_eq!(entry.state, State::Succeeded, "{entry:?}");
    }
}

/// A bucket in which another runner begins with a window just before this one claims its own.
#[derive(Debug)]
struct Overtaking {
    inner: Arc<InMemoryBucket>,
    other: Window,
    did: AtomicBool,
}

#[async_trait]
impl Bucket for Overtaking {
    async fn read(&self, key: &str) -> Result<BucketEntry, BucketError> {
        self.inner.read(key).await
    }

    async fn write(&self, key: &str, value: Option<Bytes>, revision: u64) -> Result<Written, BucketError> {
        if !self.did.swap(true, Ordering::SeqCst) {
            let ledger = Ledger::new(Arc::clone(&self.inner) as _);
            begin(&ledger, &claim(self.other, LIMIT, Timestamp::now())).await;
        }
        self.inner.write(key, value, revision).await
    }
}

#[tokio::test]
async fn of_two_windows_that_saw_the_lock_free_one_is_given_back() {
    let (job, inner) = (job(""), Arc::new(InMemoryBucket::default()));
    let windows = newest(&job, 2);
    let (other, did) = (windows[0], AtomicBool::default());
    let ledger = Ledger::new(Arc::new(Overtaking { inner, other, did }));
    let looked = look(&runner(&ledger, LIMIT), &job, windows[1], Timestamp::now()).await;
    assert!(matches!(looked, Looked::NotYet(_)), "{looked:?}");
    let entry = ledger.read("x", windows[1]).await.expect("it reads").expect("it was claimed");
    assert!(entry.is_free() && entry.tries == 0, "nobody waits for a lease: {entry:?}");
}

#[tokio::test]
async fn a_window_that_begins_just_before_it_is_left_out_is_not_over() {
    let (job, inner) = (job(", overlap: skip"), Arc::new(InMemoryBucket::default()));
    let windows = newest(&job, 2);
    let began = windows[1].end - SignedDuration::from_secs(30);
    begin(&Ledger::new(Arc::clone(&inner) as _), &claim(windows[0], LIMIT, began)).await;
    let (other, did) = (windows[1], AtomicBool::default());
    let ledger = Ledger::new(Arc::new(Overtaking { inner, other, did }));
    let looked = look(&runner(&ledger, LIMIT), &job, windows[1], Timestamp::now()).await;
    assert!(matches!(looked, Looked::Elsewhere(_)), "its runner may die: {looked:?}");
}

#[tokio::test]
async fn what_a_window_reads_is_not_looked_for_while_another_one_runs() {
    let mut job = job("");
    // Looking for it would fail: no data set is known.
    job.reads = Reads::DataSet;
    let (ledger, windows) = (ledger(), newest(&job, 2));
    begin(&ledger, &claim(windows[0], LIMIT, Timestamp::now())).await;
    let looked = look(&runner(&ledger, LIMIT), &job, windows[1], Timestamp::now()).await;
    assert!(matches!(looked, Looked::NotYet(_)), "{looked:?}");
}

#[tokio::test]
async fn a_window_does_not_wait_for_a_dead_runner_of_another_one() {
    let (job, ledger) = (job(""), ledger());
    let windows = newest(&job, 2);
    let (now, lease) = (Timestamp::now(), Duration::from_secs(1));
    begin(&ledger, &claim(windows[0], lease, now)).await;
    let runner = runner(&ledger, lease);
    assert!(matches!(look(&runner, &job, windows[1], now).await, Looked::NotYet(_)));
    let entry = runner.run_one(&job, windows[1]).await.expect("it ends");
    assert_eq!(entry.state, State::Succeeded);
}
