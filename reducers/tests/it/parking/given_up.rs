//! Workers that reach events which give others up.

use std::sync::Arc;

use domain::{Liked, MessageId, Position, ReactionEvent, Sequence, Shard};
use event_store::{
    Boundary, Envelope, EventLog, Expected, InMemoryLog, NewEvent, RecordedEvent, Subject, conformance,
    drop_events,
};
use event_store_nats::{JetStreamConfig, JetStreamLog};
use fail_points::CRASH_POINT;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reducers::parking::{Choice, choose, retry};
use testkit::{Nats, Process, free_port};
use time::OffsetDateTime;
use verifier::{Scope, Verification, verify};

use super::poisoned::{Cut, Mended, Poisoned};
use super::{Folds, PROJECTIONS, folds, projection_key, told};
use crate::history::{append, plant};
use crate::rows::{DataSet, PATIENCE};

const POSTED: &str = "rookery.message.posted.v1";
const DROPPED: &str = "rookery.event.dropped.v1";

fn at(position: i64) -> Position {
    Position::from_i64(position).expect("positive")
}

async fn give_up(log: &dyn EventLog, projection: &str, positions: &[Position]) -> i64 {
    let told = drop_events(log, projection, positions, None, OffsetDateTime::now_utc()).await;
    told.expect("appended").expect("there was something to say").get()
}

async fn post(log: &dyn EventLog, text: &str) -> i64 {
    plant(log, POSTED, &format!(r#"{{"author":"1","text":"{text}","tags":[]}}"#)).await
}

async fn fold(data_set: &DataSet, log: &Arc<dyn EventLog>) {
    let worker = data_set.fold(Arc::clone(log));
    data_set.caught_up(&**log).await;
    worker.stop().await;
}

async fn reasons(data_set: &DataSet) -> Vec<(i64, String)> {
    data_set.parked().await.into_iter().map(|(position, reason, _)| (position, reason)).collect()
}

/// Differences that the oracle finds in `social`.
async fn differences(data_set: &DataSet, log: &dyn EventLog) -> u64 {
    let pool = data_set::audit::connect(&data_set.postgres.url(), "test").expect("a URL");
    let report = verify(&Verification::new(log, &pool, Scope::All)).await.expect("compared");
    report.projections[0].differences()
}

/// Decisions come in whenever they like, of some bad events or of all, for workers that come and go; each projection
/// has two.
#[tokio::test]
async fn whoever_folds_and_whenever_it_is_said_a_replay_comes_to_the_same() {
    let both = Folds::start().await;
    for seed in 80..82 {
        both.empty().await;
        let mut random = StdRng::seed_from_u64(seed);
        let mut log = Poisoned::new(seed, 4);
        let work = |seed| {
            let start = |fold| both.data_set.work_on(log.log(), Arc::new(Cut::new(fold, seed)));
            folds().into_iter().map(start).collect::<Vec<_>>()
        };
        let (staying, mut coming) = (work(seed), work(seed + 1));
        for round in 0..10 {
            log.write(20).await;
            for projection in PROJECTIONS {
                let some: Vec<Position> =
                    log.bad().iter().copied().filter(|_| random.random_bool(0.3)).collect();
                if !some.is_empty() {
                    give_up(&*log.log(), projection, &some).await;
                }
            }
            let start = |fold| both.data_set.work_on(log.log(), Arc::new(Cut::new(fold, seed + round)));
            let next = folds().into_iter().map(start).collect::<Vec<_>>();
            for worker in std::mem::replace(&mut coming, next) {
                worker.stop().await;
            }
        }
        let mut before = Vec::new();
        for projection in PROJECTIONS {
            both.data_set.projection_caught_up(&*log.log(), projection).await;
            before.push(told(both.parked(&*log.log(), projection).await));
        }
        for worker in staying.into_iter().chain(coming) {
            worker.stop().await;
        }
        both.assert_equal(&log, &format!("seed {seed}, live")).await;
        assert!(before.iter().flatten().any(|(_, reason, _)| reason == "dropped"), "seed {seed}");
        assert!(before.iter().flatten().all(|(_, reason, _)| reason != "too-late"), "seed {seed}");

        both.empty().await;
        both.fold(&log, !seed).await;
        both.assert_equal(&log, &format!("seed {seed}, replayed")).await;
        // Which events wait may differ by those that had to wait for one that was dropped later.
        for (projection, before) in PROJECTIONS.into_iter().zip(before) {
            let bad = |told: Vec<(i64, String, String)>| -> Vec<_> {
                told.into_iter()
                    .filter(|(_, reason, _)| reason != "waiting")
                    .map(|row| (row.0, row.1))
                    .collect()
            };
            assert_eq!(bad(told(both.parked(&*log.log(), projection).await)), bad(before), "seed {seed}");
        }
    }
}

#[tokio::test]
async fn what_was_folded_before_it_was_given_up_stays_and_shows() {
    let log: Arc<dyn EventLog> = Arc::new(InMemoryLog::new(Shard(0)));
    let data_set = DataSet::start().await;
    let fine = post(&*log, "fine").await;
    fold(&data_set, &log).await;
    let decision = give_up(&*log, "social", &[at(fine)]).await;
    post(&*log, "later").await;
    fold(&data_set, &log).await;
    let parked = data_set.parked().await;
    assert_eq!(parked.len(), 1, "{parked:?}");
    assert_eq!((parked[0].0, parked[0].1.as_str()), (decision, "too-late"));
    assert!(parked[0].2.contains(&format!("the event at position {fine} was folded")), "{parked:?}");
    assert_eq!(data_set.rows().await["message"].len(), 2, "it blocks nothing");
    assert!(differences(&data_set, &*log).await > 0, "the rows are not what the log says");

    // The decision is given up in its turn, and is as if it had never been.
    give_up(&*log, "social", &[at(decision)]).await;
    fold(&data_set, &log).await;
    assert_eq!(reasons(&data_set).await, [(decision, "dropped".to_owned())]);
    assert_eq!(differences(&data_set, &*log).await, 0);
    let rows = data_set.rows().await;
    data_set.empty().await;
    fold(&data_set, &log).await;
    assert_eq!(data_set.rows().await, rows, "a replay folds it");
    assert_eq!(reasons(&data_set).await, [(decision, "dropped".to_owned())]);
}

#[tokio::test]
async fn a_rebuild_from_the_beginning_obeys_what_came_too_late_for_others() {
    let log: Arc<dyn EventLog> = Arc::new(InMemoryLog::new(Shard(0)));
    let data_set = DataSet::start().await;
    let fine = post(&*log, "fine").await;
    fold(&data_set, &log).await;
    give_up(&*log, "social", &[at(fine)]).await;
    fold(&data_set, &log).await;
    assert!(differences(&data_set, &*log).await > 0);
    data_set.empty().await;
    fold(&data_set, &log).await;
    assert_eq!(reasons(&data_set).await, [(fine, "dropped".to_owned())]);
    assert_eq!(differences(&data_set, &*log).await, 0);
}

#[tokio::test]
async fn what_means_nothing_here_is_passed_over_and_what_cannot_be_read_is_parked() {
    let log: Arc<dyn EventLog> = Arc::new(InMemoryLog::new(Shard(0)));
    let data_set = DataSet::start().await;
    let bad = plant(&*log, POSTED, "not even JSON").await;
    // Another projection's, one about itself and the future, one of an event that gave no rows.
    give_up(&*log, "feeds", &[at(bad)]).await;
    let foreign = plant(&*log, "somebody.elses.event", "{}").await;
    let head = log.head().await.expect("a head").get();
    let future = [1, 2, 9].map(|ahead| at(i64::try_from((head + ahead) << 8).expect("small")));
    give_up(&*log, "social", &future).await;
    give_up(&*log, "social", &[at(foreign)]).await;
    // In somebody's outbox, where no fold would look for it; and with nothing in it.
    let misplaced =
        plant(&*log, DROPPED, &format!(r#"{{"projection":"social","positions":["{bad}"]}}"#)).await;
    let empty = plant(&*log, DROPPED, r#"{"projection":"social","positions":[]}"#).await;
    plant(&*log, POSTED, r#"{"author":"2","text":"by somebody else","tags":[]}"#).await;
    for _ in 0..2 {
        fold(&data_set, &log).await;
        let undecodable = |position| (position, "undecodable".to_owned());
        let mut parked = reasons(&data_set).await;
        parked.retain(|(position, _)| *position != foreign);
        assert_eq!(parked, [bad, misplaced, empty].map(undecodable));
        assert_eq!(data_set.rows().await["message"].len(), 1);
        assert_eq!(differences(&data_set, &*log).await, 0);
        data_set.empty().await;
    }
}

/// A newer version of this code says it in words of its own, and is then run.
#[tokio::test]
async fn what_gives_up_in_words_that_nobody_knew_is_obeyed_at_the_retry() {
    let log: Arc<dyn EventLog> = Arc::new(InMemoryLog::new(Shard(0)));
    let data_set = DataSet::start().await;
    let liked = post(&*log, "liked").await;
    let bad = plant(&*log, "rookery.message.deleted.v1", &format!(r#"{{"message":"{liked}"}}"#)).await;
    let (account, message) = (conformance::account(2), MessageId::at(at(liked)));
    append(&*log, &ReactionEvent::Liked(Liked { account, message, original_time: None }).into()).await;
    // As a later version of the type.
    let elsewhere: Arc<dyn EventLog> = Arc::new(InMemoryLog::new(Shard(0)));
    give_up(&*elsewhere, "social", &[at(bad)]).await;
    let known = elsewhere.read(Sequence::ZERO.next()).await.expect("readable").expect("there");
    let envelope = known.envelope.clone().expect("ours");
    let later = Envelope { event_type: DROPPED.replace("v1", "v2"), ..envelope };
    let subject = Subject::new(Shard(0), Boundary::Dropped("social".to_owned()));
    let decision = NewEvent { subject, expected: Expected::Any, envelope: later, data: known.data.clone() };
    let decision = log.append(conformance::command(), vec![decision]).await.expect("appended").positions[0];
    fold(&data_set, &log).await;
    let parked =
        [(bad, "undecodable"), (decision.get() - 256, "waiting"), (decision.get(), "unknown-version")];
    assert_eq!(reasons(&data_set).await, parked.map(|(position, reason)| (position, reason.to_owned())));

    let mended = Mended::new(Arc::clone(&log), [RecordedEvent { position: decision, ..known }]);
    let [social, ..] = folds();
    let choice = Choice::Position(decision.get());
    let retried = retry(&mended, &data_set.pool, &*social, 1, &choice, |_| {}).await.expect("retried");
    assert_eq!((retried.folded, retried.dropped, retried.left), (2, 1, 0), "{retried:?}");
    assert_eq!(reasons(&data_set).await, [(bad, "dropped".to_owned())]);
    assert_eq!(data_set.rows().await["liked"].len(), 1);
}

/// What waits is told first; the program may be ended behind it.
#[tokio::test]
async fn of_a_drop_that_came_into_the_log_by_half_nothing_is_folded() {
    let log: Arc<dyn EventLog> = Arc::new(InMemoryLog::new(Shard(0)));
    let data_set = DataSet::start().await;
    let liked = post(&*log, "liked").await;
    let bad = plant(&*log, "rookery.message.deleted.v1", &format!(r#"{{"message":"{liked}"}}"#)).await;
    for number in 2..5 {
        let message = MessageId::at(at(liked));
        let account = conformance::account(number);
        append(&*log, &ReactionEvent::Liked(Liked { account, message, original_time: None }).into()).await;
    }
    fold(&data_set, &log).await;
    let key = projection_key(&*log, "social");
    let chosen = choose(&data_set.pool, &key, &Choice::Position(bad), true).await.expect("readable");
    assert_eq!((chosen.bad.as_slice(), chosen.waiting.len()), ([bad].as_slice(), 3));
    let waiting: Vec<Position> = chosen.waiting.iter().map(|position| at(*position)).collect();
    for (positions, bad_is) in [(waiting.as_slice(), "undecodable"), (&[at(bad)], "dropped")] {
        give_up(&*log, "social", positions).await;
        assert_eq!(differences(&data_set, &*log).await, 0, "also before the worker comes there");
        fold(&data_set, &log).await;
        let reasons = reasons(&data_set).await;
        assert_eq!(reasons[0], (bad, bad_is.to_owned()));
        assert!(
            reasons.len() == 4 && reasons[1..].iter().all(|(_, reason)| reason == "dropped"),
            "{reasons:?}"
        );
        assert!(data_set.rows().await["liked"].is_empty());
        assert_eq!(differences(&data_set, &*log).await, 0);
    }
}

async fn waiting(data_set: &DataSet) -> i64 {
    let sql = "select count(*) from control.parked_event where projection = 'social' and reason = 'waiting'";
    sqlx::query_scalar(sql).fetch_one(&data_set.pool).await.expect("counted")
}

/// More events wait than are folded in one transaction.
#[tokio::test]
async fn a_reducer_that_is_killed_while_it_obeys_goes_on_where_it_was() {
    const WAITING: i64 = 1_200;
    let (nats, data_set) = (Nats::start().await, DataSet::start().await);
    let mut config = JetStreamConfig::new(nats.url(), "test");
    config.stream_bytes_max = 256 << 20;
    let log: Arc<dyn EventLog> = Arc::new(JetStreamLog::open(&config).await.expect("opened"));
    let start = |crash_point: &str| {
        let env = [
            ("ROOKERY_NATS_URL".to_owned(), nats.url()),
            ("ROOKERY_DATABASE_URL".to_owned(), data_set.postgres.url()),
            ("ROOKERY_REDUCERS_LISTEN".to_owned(), format!("127.0.0.1:{}", free_port())),
            (CRASH_POINT.to_owned(), crash_point.to_owned()),
        ];
        Process::start(env!("CARGO_BIN_EXE_reducers"), [] as [String; 0], env)
    };
    // Everybody likes what a bad event of the account 1 might have held.
    let liked = post(&*log, "liked by many").await;
    let bad = plant(&*log, "rookery.message.deleted.v1", &format!(r#"{{"message":"{liked}"}}"#)).await;
    for number in 0..WAITING {
        let message = MessageId::at(at(liked));
        let account = conformance::account(100 + number);
        append(&*log, &ReactionEvent::Liked(Liked { account, message, original_time: None }).into()).await;
        let replies = format!(r#"{{"author":"1","text":"x","tags":[],"inReplyTo":"{liked}"}}"#);
        if number % 2 == 0 {
            plant(&*log, POSTED, &replies).await;
        }
    }
    let mut process = start("");
    data_set.all_caught_up(&*log).await;
    process.kill();
    assert!(waiting(&data_set).await > 1_000, "they wait");
    give_up(&*log, "social", &[at(bad)]).await;
    post(&*log, "later").await;

    // In the first chunk, in the second, in the last step but one, and behind them all.
    for step in ["social-release-after-rows", "social-release-after-rows:1", "social-before-commit:2"] {
        let mut process = start(step);
        let died = process.wait(PATIENCE).await;
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&died), Some(6), "{step}: {died}");
    }
    let mut process = start("");
    data_set.all_caught_up(&*log).await;
    process.kill();
    assert_eq!(waiting(&data_set).await, 0);
    assert_eq!(differences(&data_set, &*log).await, 0);
}
