//! Windows, on a log and a ledger in memory.

use domain::Shard;
use event_store::InMemoryLog;
use event_store::buckets::InMemoryBucket;
use testkit::eventually;

use super::*;
use crate::job::parse;
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
        settings: Settings { runner: "test".to_owned(), lease },
        stop: CancellationToken::new(),
    }
}

fn ledger() -> Ledger {
    Ledger::new(Arc::new(InMemoryBucket::default()))
}

fn newest(job: &Job, count: usize) -> Vec<Window> {
    job.schedule.windows_until(Timestamp::now() - SETTLE, count)
}

/// Another runner begins with a window.
async fn begin(ledger: &Ledger, claim: &Claim<'_>) -> Entry {
    let Ok(Claimed::Mine(entry)) = ledger.claim("x", claim).await else { panic!("it is nobody's") };
    let seen = ledger.turn("x").await.expect("it answers").map(|(turn, _)| turn);
    assert!(ledger.take_turn("x", &entry, seen.as_ref()).await.expect("it answers"));
    entry
}

fn claim(window: Window, now: Timestamp, lease: Duration) -> Claim<'static> {
    Claim { window, from: 0, to: 0, runner: "other", lease, dead: None, again: false, now }
}

async fn look(runner: &Runner, job: &Job, window: Window, now: Timestamp) -> Stop {
    runner.look(job, window, &mut Watch::default(), false, now).await.expect("it answers")
}

#[tokio::test]
async fn a_window_waits_until_what_it_reads_is_complete() {
    let (job, ledger) = (job(""), ledger());
    let runner = runner(&ledger, LIMIT);
    let window = newest(&job, 1)[0];
    let early = window.end + SignedDuration::from_secs(1);
    assert!(matches!(look(&runner, &job, window, early).await, Stop::NotYet(_)));
    assert_eq!(ledger.read("x", window).await.expect("it reads"), None);
    let ended = look(&runner, &job, window, window.end + SETTLE).await;
    assert!(matches!(&ended, Stop::Ended(entry) if entry.state == State::Succeeded), "{ended:?}");
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
    assert!(matches!(look(&runner, &job, window, Timestamp::now()).await, Stop::NotYet(_)));
}

#[tokio::test]
async fn a_window_that_fails_is_tried_as_often_as_the_job_says() {
    let job = job(", command: [sh, -c, 'exit 7'], tries: 2");
    let runner = runner(&ledger(), LIMIT);
    let Stop::Ended(entry) = look(&runner, &job, newest(&job, 1)[0], Timestamp::now()).await else {
        panic!("it is over");
    };
    assert_eq!((entry.state, entry.tries, entry.outcome), (State::Failed, 2, Some(Outcome::Exited(7))));
}

#[tokio::test]
async fn a_window_that_ends_while_the_one_before_it_runs_is_left_out_only_where_the_job_says_so() {
    for (overlap, skips) in [("wait", false), ("skip", true)] {
        let (job, ledger) = (job(&format!(", overlap: {overlap}")), ledger());
        let runner = runner(&ledger, LIMIT);
        let windows = newest(&job, 3);
        // Another runner began with the first one before the second ended, and goes on.
        let started = windows[1].end - SignedDuration::from_secs(30);
        begin(&ledger, &claim(windows[0], started, LIMIT)).await;
        assert!(matches!(look(&runner, &job, windows[0], Timestamp::now()).await, Stop::Elsewhere(_)));
        // It runs on beyond the end of the last one, too.
        for window in &windows[1..] {
            match look(&runner, &job, *window, Timestamp::now()).await {
                Stop::Ended(entry) => assert!(skips && entry.state == State::Skipped, "{entry:?}"),
                other => assert!(!skips && matches!(other, Stop::NotYet(_)), "{other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn windows_run_one_after_the_other_also_where_the_ledger_does_not_know_those_between_them() {
    for (runs, waits) in [(0, 2), (2, 0)] {
        let (job, ledger) = (job(""), ledger());
        let runner = runner(&ledger, LIMIT);
        let windows = newest(&job, 3);
        let entry = begin(&ledger, &claim(windows[runs], Timestamp::now(), LIMIT)).await;
        assert!(matches!(look(&runner, &job, windows[waits], Timestamp::now()).await, Stop::NotYet(_)));
        ledger.update("x", &entry, Entry::free).await.expect("it answers").expect("its own");
        assert!(matches!(look(&runner, &job, windows[waits], Timestamp::now()).await, Stop::Ended(_)));
    }
}

#[tokio::test]
async fn of_two_windows_that_are_claimed_at_once_one_begins() {
    let (job, ledger) = (job(""), ledger());
    let runner = runner(&ledger, LIMIT);
    let windows = newest(&job, 2);
    let Ok(Claimed::Mine(late)) = ledger.claim("x", &claim(windows[1], Timestamp::now(), LIMIT)).await else {
        panic!("it is nobody's");
    };
    begin(&ledger, &claim(windows[0], Timestamp::now(), LIMIT)).await;
    // As it was when it looked: nobody's turn.
    let came_of_it = runner.take_turn(&job, late, None, Instant::now()).await.expect("it answers");
    assert!(matches!(came_of_it, Stop::NotYet(_)), "{came_of_it:?}");
    let late = ledger.read("x", windows[1]).await.expect("it reads").expect("it is there");
    assert!(late.is_free() && late.tries == 0, "{late:?}");
}

#[tokio::test]
async fn a_window_ends_where_the_one_behind_it_begins() {
    let (job, ledger) = (job(""), ledger());
    let windows = newest(&job, 2);
    // By a clock that was ahead.
    let early = Claim { from: 256, to: 512, ..claim(windows[1], Timestamp::now(), LIMIT) };
    let entry = begin(&ledger, &early).await;
    let end = |entry: &mut Entry| entry.state = State::Succeeded;
    ledger.update("x", &entry, end).await.expect("it answers").expect("its own");
    let Stop::Ended(entry) = look(&runner(&ledger, LIMIT), &job, windows[0], Timestamp::now()).await else {
        panic!("it is over");
    };
    assert_eq!((entry.from, entry.to), (0, 256));
}

#[tokio::test]
async fn a_runner_that_is_told_to_end_kills_its_child_and_gives_the_window_up() {
    let (job, ledger) = (job(", command: [sh, -c, 'sleep 300'], tries: 1"), ledger());
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
    let quick = Job { command: vec!["true".to_owned()], ..job };
    let Stop::Ended(entry) = look(&runner(&ledger, LIMIT), &quick, window, Timestamp::now()).await else {
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
    let (job, ledger) = (job(", command: [sh, -c, 'sleep 300']"), ledger());
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
        let (now, lease) = (Timestamp::now(), LIMIT);
        let claim = Claim { window, from: 0, to: 0, runner: "b", lease, dead, again: false, now };
        match ledger.claim("x", &claim).await {
            Ok(Claimed::Mine(_)) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    assert!(matches!(running.await.expect("no panic"), Err(RunError::Lost(_))));
}

#[tokio::test]
async fn a_window_does_not_wait_for_a_dead_runner_of_the_one_before_it() {
    let (job, ledger) = (job(""), ledger());
    let windows = newest(&job, 2);
    let (now, lease) = (Timestamp::now(), Duration::from_secs(1));
    begin(&ledger, &claim(windows[0], now, lease)).await;
    let runner = runner(&ledger, lease);
    assert!(matches!(look(&runner, &job, windows[1], now).await, Stop::NotYet(_)));
    let entry = runner.run_one(&job, windows[1]).await.expect("it ends");
    assert_eq!(entry.state, State::Succeeded);
}
