//! The process `reducers`, killed between any two steps of a batch, loses and doubles nothing.

use std::sync::Arc;

use event_store::EventLog;
use event_store_nats::{JetStreamConfig, JetStreamLog};
use fail_points::CRASH_POINT;
use testkit::{Nats, Process, eventually, free_port};

use crate::feeds;
use crate::history::Author;
use crate::model::{all_events, feeds_of, normalised, past_of, rows_of_events};
use crate::rows::{DataSet, PATIENCE};

fn start(nats: &Nats, data_set: &DataSet, crash_point: &str) -> Process {
    let listen = format!("127.0.0.1:{}", free_port());
    Process::start(
        env!("CARGO_BIN_EXE_reducers"),
        [] as [String; 0],
        [
            ("ROOKERY_NATS_URL".to_owned(), nats.url()),
            ("ROOKERY_DATABASE_URL".to_owned(), data_set.postgres.url()),
            ("ROOKERY_REDUCERS_LISTEN".to_owned(), listen),
            (CRASH_POINT.to_owned(), crash_point.to_owned()),
            // So few that the accounts of the tests cross it.
            ("ROOKERY_FANOUT_LIMIT".to_owned(), "3".to_owned()),
        ],
    )
}

/// All projections, once all workers have caught up.
async fn equals_the_models(data_set: &DataSet, log: &dyn EventLog) {
    data_set.all_caught_up(log).await;
    let events = all_events(log).await;
    assert_eq!(normalised(data_set.rows().await), rows_of_events(&events));
    assert_eq!(feeds::readable(&data_set.pool).await, feeds_of(&events).feeds());
    assert_eq!(normalised(data_set.past_rows().await), past_of(&events));
}

async fn log(nats: &Nats) -> Arc<dyn EventLog> {
    let mut config = JetStreamConfig::new(nats.url(), "test");
    config.stream_bytes_max = 256 << 20;
    Arc::new(JetStreamLog::open(&config).await.expect("opened"))
}

#[tokio::test]
async fn a_crash_between_any_two_steps_loses_and_doubles_nothing() {
    const STEPS: [&str; 30] = [
        "after-receive",
        "social-after-begin",
        "social-after-fence",
        "after-accounts",
        "after-insert",
        "after-answer",
        "after-edit",
        "after-delete",
        "after-removed-edges",
        "after-made-edges",
        "after-deactivation",
        "after-counts",
        "social-after-rows",
        "social-before-commit",
        "social-after-commit",
        "feeds-after-begin",
        "feeds-after-fence",
        "feeds-after-segment",
        "feeds-after-rows",
        "feeds-before-commit",
        "feeds-after-commit",
        "history-after-begin",
        "history-after-fence",
        "history-after-posts",
        "history-after-edits",
        "history-after-ended-edges",
        "history-after-begun-edges",
        "history-after-deletions",
        "history-after-segment",
        "history-before-commit",
    ];
    let (nats, data_set) = (Nats::start().await, DataSet::start().await);
    let log = log(&nats).await;
    let mut author = Author::new(Arc::clone(&log), 40);
    author.write(60).await;
    for step in STEPS {
        // The step is reached once in peace, so that a crash meets a checkpoint that has moved.
        let mut process = start(&nats, &data_set, &format!("{step}:1"));
        let died = tokio::select! {
            died = process.wait(PATIENCE) => died,
            () = async { loop { author.write(12).await } } => unreachable!("it writes for ever"),
        };
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&died), Some(6), "{step}: {died}");
    }
    let mut process = start(&nats, &data_set, "");
    equals_the_models(&data_set, &*log).await;
    process.kill();
}

#[tokio::test]
async fn kill_and_restart_under_load_loses_and_doubles_nothing() {
    let (nats, data_set) = (Nats::start().await, DataSet::start().await);
    let log = log(&nats).await;
    let writing = tokio::spawn({
        let log = Arc::clone(&log);
        async move { Author::new(log, 41).write(3_000).await }
    });
    let mut kills = 0;
    while !writing.is_finished() || kills < 3 {
        let mut process = start(&nats, &data_set, "");
        let before = data_set.checkpoint().await.expect("readable");
        eventually("the checkpoint moves, or the writing is over", PATIENCE, || async {
            let now = data_set.checkpoint().await?;
            if now > before || writing.is_finished() { Ok(()) } else { Err(format!("at {now}")) }
        })
        .await;
        process.kill();
        kills += 1;
    }
    writing.await.expect("written");
    let mut process = start(&nats, &data_set, "");
    equals_the_models(&data_set, &*log).await;
    process.kill();
}

#[tokio::test]
async fn it_ends_cleanly_when_asked_and_reports_every_fault_of_its_configuration() {
    let (nats, data_set) = (Nats::start().await, DataSet::start().await);
    let _log = log(&nats).await;
    let mut process = start(&nats, &data_set, "");
    process.wait_for_output("reducers started", PATIENCE).await;
    process.terminate();
    let status = process.wait(PATIENCE).await;
    assert!(status.success(), "{}", process.output());

    let mut faulty = Process::start(
        env!("CARGO_BIN_EXE_reducers"),
        ["--check-config"],
        [("ROOKERY_REDUCERS_LISTEN", "nowhere")],
    );
    assert!(!faulty.wait(PATIENCE).await.success());
    for name in ["ROOKERY_NATS_URL", "ROOKERY_DATABASE_URL", "ROOKERY_REDUCERS_LISTEN"] {
        assert!(faulty.output().contains(name), "{name}: {}", faulty.output());
    }
}
