//! Windows, on a log and a ledger in memory.

mod lock;

use async_trait::async_trait;
use domain::Shard;
use event_store::InMemoryLog;
use event_store::buckets::InMemoryBucket;
use jiff::SignedDuration;
use testkit::eventually;

use super::positions::SETTLE;
use super::*;
use crate::child::tests::Held;
use crate::job::{Reads, parse};
use crate::ledger::Outcome;

const LIMIT: Duration = Duration::from_secs(30);

fn job(more: &str) -> Job {
    let text = format!(
        "jobs: [{{name: x, schedule: '* * * * * UTC', command: ['true'], clock: recorded, reads: log{more}}}]"
    );
    let text = if more.contains("command") { text.replace(" command: ['true'],", "") } else { text };
    parse(&text).expect("it is good").remove(0)
}

fn runner(ledger: &Ledger, lease: Duration) -> Runner {
    Runner {
        log: Arc::new(InMemoryLog::new(Shard(0))),
        ledger: ledger.clone(),
        data_set: None,
        settings: Settings { runner: "test".to_owned(), lease, env: Vec::new() },
        stop: CancellationToken::new(),
    }
}

fn ledger() -> Ledger {
    Ledger::new(Arc::new(InMemoryBucket::default()))
}

fn newest(job: &Job, count: usize) -> Vec<Window> {
    job.schedule.windows_until(Timestamp::now() - SETTLE, count)
}

async fn look(runner: &Runner, job: &Job, window: Window, now: Timestamp) -> Looked {
    runner.look(job, window, &mut Watch::default(), false, now).await.expect("it answers")
}

fn claim(window: Window, lease: Duration, now: Timestamp) -> Claim<'static> {
    Claim { window, from: 0, to: 0, runner: "other", lease, dead: None, again: false, now }
}

#[tokio::test]
async fn a_runner_does_not_wait_for_the_end_of_its_own_lease() {
    let (ledger, job, now) = (ledger(), job(""), Timestamp::now());
    let (window, runner) = (newest(&job, 1)[0], runner(&ledger, LIMIT));
    let lost = begin(&ledger, &claim(window, Duration::from_secs(3_600), now)).await;
    assert!(matches!(look(&runner, &job, window, now).await, Looked::Elsewhere(_)));
    let mut watch = Watch { claimed: Some(lost.claim), ..Watch::default() };
    let looked = runner.look(&job, window, &mut watch, false, now).await.expect("it answers");
    assert!(matches!(looked, Looked::Ended(entry) if entry.state == State::Succeeded));
}

/// Another runner begins with a window.
async fn begin(ledger: &Ledger, claim: &Claim<'_>) -> Entry {
    let lock = ledger.lock("x").await.expect("it answers");
    let Ok(Claimed::Mine(entry)) = ledger.claim("x", claim).await else { panic!("nobody has it") };
    assert!(ledger.take_lock("x", &lock, &entry).await.expect("it answers"));
    entry
}

#[tokio::test]
async fn a_window_waits_until_what_it_reads_is_complete() {
    let (job, ledger) = (job(""), ledger());
    let runner = runner(&ledger, LIMIT);
    let window = newest(&job, 1)[0];
    let early = window.end + SignedDuration::from_secs(1);
    assert!(matches!(look(&runner, &job, window, early).await, Looked::NotYet(_)));
    assert_eq!(ledger.read("x", window).await.expect("it reads"), None);
    let ended = look(&runner, &job, window, window.end + SETTLE).await;
    assert!(matches!(&ended, Looked::Ended(entry) if entry.state == State::Succeeded), "{ended:?}");
}

#[derive(Debug)]
struct Behind;

#[async_trait]
impl DataSet for Behind {
    async fn position(&self) -> Result<i64, String> {
        Ok(-1)
    }
}

#[tokio::test]
async fn a_window_waits_for_the_data_set() {
    let mut job = job("");
    job.reads = Reads::DataSet;
    let mut runner = runner(&ledger(), LIMIT);
    runner.data_set = Some(Arc::new(Behind));
    let window = newest(&job, 1)[0];
    assert!(matches!(look(&runner, &job, window, Timestamp::now()).await, Looked::NotYet(_)));
}

#[tokio::test]
async fn a_window_ends_where_the_one_behind_it_begins() {
    let (job, ledger) = (job(""), ledger());
    let windows = newest(&job, 2);
    // By a clock that was ahead.
    let early = Claim { from: 256, to: 512, ..claim(windows[1], LIMIT, Timestamp::now()) };
    let entry = begin(&ledger, &early).await;
    let end = |entry: &mut Entry| entry.state = State::Succeeded;
    ledger.update("x", &entry, end).await.expect("it answers").expect("its own");
    let Looked::Ended(entry) = look(&runner(&ledger, LIMIT), &job, windows[0], Timestamp::now()).await else {
        panic!("it is over");
    };
    assert_eq!((entry.from, entry.to), (0, 256));
}

#[tokio::test]
async fn each_window_says_when_it_began_itself() {
    let (job, ledger) = (job(", command: [sh, -c, 'sleep 0.2'], catch_up: 2"), ledger());
    let runner = Arc::new(runner(&ledger, LIMIT));
    let serving = tokio::spawn(crate::runner::serve(Arc::clone(&runner), vec![job.clone()]));
    let windows = newest(&job, 2);
    let ended = eventually("both have run", LIMIT, async || {
        let mut ended = Vec::new();
        for window in &windows {
            let entry = ledger.read("x", *window).await.map_err(|error| error.to_string())?;
            ended.extend(entry.filter(|entry| entry.ended_at.is_some()));
        }
        <[Entry; 2]>::try_from(ended).map_err(|ended| format!("{ended:?}"))
    })
    .await;
    runner.stop.cancel();
    serving.await.expect("no panic");
    // Not compared with the first one's end, which another clock tells.
    let apart = ended[1].started_at.duration_since(ended[0].started_at);
    assert!(apart >= SignedDuration::from_millis(150), "{ended:?}");
}

#[tokio::test]
async fn windows_that_were_asked_for_keep_none_of_the_schedule_waiting() {
    let (job, ledger) = (job(", catch_up: 2"), ledger());
    let mut older = newest(&job, 8);
    let due = older.split_off(6);
    let asked = runner(&ledger, LIMIT);
    let serving = Arc::new(runner(&ledger, LIMIT));
    let served = tokio::spawn(crate::runner::serve(Arc::clone(&serving), vec![job.clone()]));
    let mut last = None;
    let told = |entry: &Entry| {
        last = entry.ended_at;
        Ok::<_, RunError>(())
    };
    asked.run_all(&job, &older, told).await.expect("all are run");
    for window in due {
        let entry = ledger.read("x", window).await.expect("it answers");
        let ended_at = entry.and_then(|entry| entry.ended_at);
        assert!(ended_at.is_some() && ended_at < last, "{ended_at:?}, {last:?}");
    }
    serving.stop.cancel();
    served.await.expect("no panic");
}

#[tokio::test]
async fn a_window_that_fails_is_tried_as_often_as_the_job_says() {
    let job = job(", command: [sh, -c, 'exit 7'], tries: 2");
    let runner = runner(&ledger(), LIMIT);
    let Looked::Ended(entry) = look(&runner, &job, newest(&job, 1)[0], Timestamp::now()).await else {
        panic!("it is over");
    };
    assert_eq!((entry.state, entry.tries, entry.outcome), (State::Failed, 2, Some(Outcome::Exited(7))));
}

#[tokio::test]
async fn a_runner_that_is_told_to_end_kills_its_child_and_gives_the_window_up() {
    let (held, ledger) = (Held::new(), ledger());
    let job = Job { command: held.shell("sleep 300 & sleep 300"), ..job(", tries: 1") };
    let window = newest(&job, 1)[0];
    let first = Arc::new(runner(&ledger, Duration::from_secs(600)));
    let (running, of) = (Arc::clone(&first), job.clone());
    let running = tokio::spawn(async move { running.run_one(&of, window).await });
    eventually("it runs", LIMIT, async || {
        let entry = ledger.read("x", window).await.map_err(|error| error.to_string())?;
        if entry.is_some_and(|entry| entry.tries == 1) { Ok(()) } else { Err("not yet".to_owned()) }
    })
    .await;
    first.stop.cancel();
    assert!(matches!(running.await.expect("no panic"), Err(RunError::Stopped)));
    held.until_let_go().await;
    let quick = Job { command: vec!["true".to_owned()], ..job };
    let Looked::Ended(entry) = look(&runner(&ledger, LIMIT), &quick, window, Timestamp::now()).await else {
        panic!("nobody waits for a lease");
    };
    assert_eq!(
        (entry.state, entry.tries),
        (State::Succeeded, 1),
        "the try that was cut short does not count"
    );
}

#[tokio::test]
async fn a_runner_that_was_taken_over_kills_its_child() {
    let (held, ledger) = (Held::new(), ledger());
    let job = Job { command: held.shell("sleep 300 & sleep 300"), ..job("") };
    let window = newest(&job, 1)[0];
    let first = Arc::new(runner(&ledger, Duration::from_secs(2)));
    let (running, of) = (Arc::clone(&first), job.clone());
    let running = tokio::spawn(async move { running.run_one(&of, window).await });
    // As if it had been silent: whoever names its newest beat may take over.
    eventually("another one takes over", LIMIT, async || {
        let entry = ledger
            .read("x", window)
            .await
            .map_err(|error| error.to_string())?
            .ok_or_else(|| "none yet".to_owned())?;
        let dead = Some((entry.claim, entry.beat));
        let claim = Claim { dead, ..claim(window, LIMIT, Timestamp::now()) };
        match ledger.claim("x", &claim).await {
            Ok(Claimed::Mine(_)) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    assert!(matches!(running.await.expect("no panic"), Err(RunError::TakenOver(_))));
    held.until_let_go().await;
}
