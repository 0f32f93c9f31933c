//! The server killed, stopped and frozen under appends: what was acked stays, what is unknown is resolved.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::Sequence;
use event_store::{AppendError, EventLog, Expected, conformance};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use testkit::eventually;

use crate::support::{config, connection, open, post, run, server};

const LIMIT: Duration = Duration::from_secs(60);
const APPENDERS: i64 = 16;

/// What came of one command.
#[derive(Debug)]
enum Told {
    Acked(u64),
    Refused,
    Unknown,
}

/// Appenders who repeat a command until its outcome is known, while the server is killed again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_acked_survives_kill_9_and_every_outcome_is_resolved() {
    let mut server = server().await;
    let log = Arc::new(open(&server).await);
    let mut tail = log.tail(Sequence::ZERO).await.expect("followed");
    let ended = Arc::new(AtomicBool::new(false));
    let appenders: Vec<_> = (0..APPENDERS)
        .map(|author| tokio::spawn(append_until(Arc::clone(&log), 1 + author, Arc::clone(&ended))))
        .collect();
    for _kill in 0..3 {
        let before = head(&*log).await;
        eventually("events are appended", LIMIT, async || match log.head().await {
            Ok(head) if head.get() >= before + 200 => Ok(()),
            other => Err(format!("{other:?}")),
        })
        .await;
        server.kill().await;
        server.restart().await;
    }
    ended.store(true, Ordering::Relaxed);
    let mut told: BTreeMap<String, Told> = BTreeMap::new();
    for appender in appenders {
        told.extend(appender.await.expect("no panic"));
    }
    let head = head(&*log).await;

    let mut found: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let mut next = 1;
    while next <= head {
        for event in tail.next_batch(1_000).await.expect("the tail goes on").expect("it gives events") {
            assert_eq!(event.position.sequence().get(), next, "without a gap, through every crash");
            next += 1;
            let command = event.envelope.expect("it is ours").command.to_string();
            found.entry(command).or_default().push(event.position.sequence().get());
        }
    }
    let (mut acked, mut unknown) = (0, 0);
    for (command, outcome) in &told {
        let sequences = found.remove(command).unwrap_or_default();
        match outcome {
            Told::Acked(sequence) => assert_eq!(sequences, [*sequence], "an acked event is there, once"),
            Told::Refused => assert!(sequences.is_empty(), "a definite refusal is one"),
            Told::Unknown => assert!(sequences.len() <= 1),
        }
        acked += usize::from(matches!(outcome, Told::Acked(_)));
        unknown += usize::from(matches!(outcome, Told::Unknown));
    }
    assert!(found.is_empty(), "nothing is there that nobody sent: {found:?}");
    assert!(acked >= 600, "{acked} acked");
    assert_eq!(unknown, 0, "the server came back within the deadline, so every outcome could be resolved");
}

/// Once the server answers again.
async fn head(log: &impl EventLog) -> u64 {
    let head = async || log.head().await.map_err(|error| error.to_string());
    eventually("the log answers", LIMIT, head).await.get()
}

async fn append_until(
    log: Arc<impl EventLog>,
    author: i64,
    ended: Arc<AtomicBool>,
) -> BTreeMap<String, Told> {
    let mut told = BTreeMap::new();
    while !ended.load(Ordering::Relaxed) {
        let command = conformance::command();
        let event = conformance::posted(&*log, author, "x", command, Expected::Any);
        let outcome = match log.append(command, vec![event]).await {
            Ok(appended) => Told::Acked(appended.positions[0].sequence().get()),
            Err(AppendError::Unknown(_)) => Told::Unknown,
            Err(_) => Told::Refused,
        };
        told.insert(command.to_string(), outcome);
    }
    told
}

/// The commit went through and its answer did not: the very same append finds its event by itself.
#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_found_and_not_done_again() {
    let server = server().await;
    let log = Arc::new(open(&server).await);
    post(&*log, 1, "warm").await.expect("appended");
    for _round in 0..5 {
        let appending = tokio::spawn({
            let log = Arc::clone(&log);
            async move { post(&*log, 1, "x").await }
        });
        // Cuts the connection wherever the append is at this moment, the commit included.
        let mut cutting = connection(&server.url()).await;
        run(
            &mut cutting,
            "select pg_terminate_backend(pid) from pg_stat_activity \
             where application_name = 'test' and pid <> pg_backend_pid()",
        )
        .await
        .expect("it cuts");
        let sequence = appending.await.expect("no panic").expect("it is appended after all");
        // If a connection was idle when it was cut, its next user notices.
        let head = || async { log.head().await.map_err(|error| error.to_string()) };
        assert_eq!(eventually("the log is read", LIMIT, head).await.get(), sequence, "once");
    }
}

#[tokio::test]
async fn a_frozen_server_leaves_the_outcome_open_until_it_goes_on() {
    let server = server().await;
    let mut impatient = config(&server);
    impatient.ack_timeout = Duration::from_millis(200);
    impatient.append_deadline = Duration::from_millis(600);
    let log = event_store_postgres::PostgresLog::open(&impatient).await.expect("the log opens");
    post(&log, 1, "before").await.expect("appended");
    let signal_all = |signal| {
        for pid in backends(server.pid()) {
            kill(Pid::from_raw(pid), signal).ok();
        }
    };
    signal_all(Signal::SIGSTOP);
    let command = conformance::command();
    let event = conformance::posted(&log, 1, "held", command, Expected::Any);
    let frozen = log.append(command, vec![event.clone()]).await;
    signal_all(Signal::SIGCONT);
    // Nothing was committed and no commit was sent, so this is known.
    assert!(matches!(frozen, Err(AppendError::Unavailable(_))), "{frozen:?}");
    let told = eventually("the retry is answered", LIMIT, async || {
        log.append(command, vec![event.clone()]).await.map_err(|error| error.to_string())
    })
    .await;
    assert_eq!(told.positions[0].sequence().get(), 2);
    assert_eq!(log.head().await.expect("a head").get(), 2);
}

/// The postmaster and its children.
fn backends(postmaster: u32) -> Vec<i32> {
    let mut found = vec![i32::try_from(postmaster).expect("a pid fits")];
    for entry in std::fs::read_dir("/proc").expect("Linux has it").flatten() {
        let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let Some((head, tail)) = stat.rsplit_once(") ") else { continue };
        let pid = head.split(' ').next().and_then(|pid| pid.parse::<i32>().ok());
        if tail.split(' ').nth(1) == Some(&postmaster.to_string()) {
            found.extend(pid);
        }
    }
    found
}

#[tokio::test]
async fn without_a_server_an_append_is_refused_as_unavailable() {
    let server = server().await;
    let mut impatient = config(&server);
    impatient.append_deadline = Duration::from_millis(300);
    let log = event_store_postgres::PostgresLog::open(&impatient).await.expect("the log opens");
    server.stop().await;
    let refused = post(&log, 1, "x").await;
    assert!(matches!(refused, Err(AppendError::Unavailable(_))), "{refused:?}");
    assert!(log.head().await.is_err() && log.tail(Sequence::ZERO).await.is_err());
}
