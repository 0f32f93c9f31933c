use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream;
use async_nats::jetstream::stream::{Config, DiscardPolicy, StorageType};
use domain::Sequence;
use event_store::{AppendError, EventLog, Expected, Lineage, OpenError, ReadError, conformance};
use event_store_nats::{JetStreamConfig, JetStreamLog};
use testkit::Nats;

pub(crate) fn config(nats: &Nats) -> JetStreamConfig {
    let mut config = JetStreamConfig::new(nats.url(), "conformance");
    config.stream_bytes_max = 256 << 20;
    config
}

pub(crate) async fn open(nats: &Nats) -> JetStreamLog {
    JetStreamLog::open(&config(nats)).await.expect("the log opens")
}

async fn context(nats: &Nats) -> jetstream::Context {
    jetstream::new(async_nats::connect(nats.url()).await.expect("connected"))
}

#[tokio::test]
async fn user_and_password_come_from_the_url() {
    let nats = Nats::start_with("authorization { user: rookery, password: \"p/w d\" }").await;
    let address = format!("127.0.0.1:{}", nats.port());
    let mut known = config(&nats);
    known.url = format!("nats://rookery:p%2Fw%20d@{address}");
    JetStreamLog::open(&known).await.expect("the right password opens");
    known.url = format!("nats://rookery:wrong@{address}");
    assert!(matches!(JetStreamLog::open(&known).await, Err(OpenError::Unavailable(_))));
}

#[tokio::test]
async fn of_several_brokers_one_that_answers_is_enough() {
    let nats = Nats::start().await;
    let mut several = config(&nats);
    several.url = format!("nats://127.0.0.1:{}, {}", testkit::free_port(), nats.url());
    JetStreamLog::open(&several).await.expect("the second one opens");
}

#[tokio::test]
async fn append_and_read_back() {
    let nats = Nats::start().await;
    conformance::append_and_read_back(&open(&nats).await).await;
}

#[tokio::test]
async fn expected_sequence() {
    let nats = Nats::start().await;
    conformance::expected_sequence(&open(&nats).await).await;
}

#[tokio::test]
async fn concurrent_first_appends() {
    let nats = Nats::start().await;
    conformance::concurrent_first_appends(Arc::new(open(&nats).await)).await;
}

#[tokio::test]
async fn retry_after_a_lost_ack() {
    let nats = Nats::start().await;
    conformance::retry_after_a_lost_ack(Arc::new(open(&nats).await)).await;
}

#[tokio::test]
async fn batch_is_all_or_nothing() {
    let nats = Nats::start().await;
    conformance::batch_is_all_or_nothing(&open(&nats).await).await;
}

#[tokio::test]
async fn batch_over_several_subjects() {
    let nats = Nats::start().await;
    conformance::batch_over_several_subjects(&open(&nats).await).await;
}

#[tokio::test]
async fn a_conflict_fails_no_one_else() {
    let nats = Nats::start().await;
    conformance::a_conflict_fails_no_one_else(Arc::new(open(&nats).await)).await;
}

#[tokio::test]
async fn more_than_a_thousand_events_in_one_subject() {
    let nats = Nats::start().await;
    conformance::more_than_a_thousand_events_in_one_subject(Arc::new(open(&nats).await)).await;
}

#[tokio::test]
async fn keyed_commands_are_found() {
    let nats = Nats::start().await;
    let log = open(&nats).await;
    log.remember_keys(1_000);
    conformance::keyed_commands_are_found(&log).await;
}

#[tokio::test]
async fn a_command_is_in_the_log_once() {
    let nats = Nats::start().await;
    let log = open(&nats).await;
    log.remember_keys(1_000);
    conformance::a_command_is_in_the_log_once(Arc::new(log)).await;
}

#[tokio::test]
async fn usage_is_counted() {
    let nats = Nats::start().await;
    let log = open(&nats).await;
    assert!(log.usage().is_none(), "nobody counts yet");
    log.remember_keys(1_000);
    conformance::usage_is_counted(&log).await;
    let later = open(&nats).await;
    later.remember_keys(1_000);
    conformance::usage_has_been_counted(&later).await;
}

#[tokio::test]
async fn resume_from_any_position() {
    let nats = Nats::start().await;
    conformance::resume_from_any_position(&open(&nats).await).await;
}

#[tokio::test]
async fn undecodable_data_is_passed_on() {
    let nats = Nats::start().await;
    conformance::undecodable_data_is_passed_on(&open(&nats).await).await;
}

#[tokio::test]
async fn what_was_acked_survives_a_killed_broker_and_the_tail_goes_on() {
    let mut nats = Nats::start().await;
    let log = open(&nats).await;
    let mut tail = log.tail(Sequence::ZERO).await.expect("followed");
    let command = conformance::command();
    let event = conformance::posted(&log, 1, "kept", command, Expected::Any);
    log.append(command, vec![event]).await.expect("appended");
    nats.kill().await;
    nats.restart().await;
    let log_head = testkit::eventually("the log answers again", Duration::from_secs(20), || async {
        log.head().await.map_err(|error| error.to_string())
    })
    .await;
    assert_eq!(log_head.get(), 1);
    testkit::eventually("an append succeeds again", Duration::from_secs(20), || async {
        let command = conformance::command();
        let event = conformance::posted(&log, 1, "after", command, Expected::Any);
        log.append(command, vec![event]).await.map_err(|error| error.to_string())
    })
    .await;
    let mut seen = 0;
    while seen < 2 {
        let batch = tokio::time::timeout(Duration::from_secs(20), tail.next_batch(10)).await;
        seen += batch.expect("the tail goes on").expect("is fed").expect("gives events").len();
    }
}

pub(crate) async fn append(log: &JetStreamLog, text: &str) -> u64 {
    let appended = testkit::eventually("an append succeeds", Duration::from_secs(20), || async {
        let command = conformance::command();
        let event = conformance::posted(log, 1, text, command, Expected::Any);
        log.append(command, vec![event]).await.map_err(|error| error.to_string())
    });
    appended.await.positions[0].sequence().get()
}

#[tokio::test]
async fn a_tail_does_not_go_on_in_a_log_that_lost_its_end_and_grew_again() {
    let mut nats = Nats::start().await;
    let log = open(&nats).await;
    for text in ["kept", "kept, too"] {
        append(&log, text).await;
    }
    nats.stop().await;
    let beginning = nats.back_up();
    nats.restart().await;
    assert_eq!(append(&log, "another one").await, 3);
    append(&log, "one more").await;
    nats.stop().await;
    let other = nats.back_up();
    nats.put_back(&beginning);
    nats.restart().await;
    let lost = append(&log, "lost").await;
    let mut tail = log.tail(Sequence::ZERO).await.expect("followed");
    let mut seen = 0;
    while seen < lost {
        seen += tail.next_batch(10).await.expect("is fed").expect("gives events").len() as u64;
    }
    nats.stop().await;
    nats.put_back(&other);
    nats.restart().await;
    let next = tokio::time::timeout(Duration::from_secs(20), tail.next_batch(10)).await;
    let next = next.expect("it notices").expect("it tells");
    assert!(matches!(next, Err(ReadError::OtherEvent(sequence)) if sequence == lost), "{next:?}");
}

#[tokio::test]
async fn appends_to_a_frozen_broker_are_unknown_and_their_retry_tells_the_truth() {
    let nats = Nats::start().await;
    let mut short = config(&nats);
    short.ack_timeout = Duration::from_millis(200);
    short.append_deadline = Duration::from_millis(600);
    let log = JetStreamLog::open(&short).await.expect("the log opens");
    let command = conformance::command();
    let event = conformance::posted(&log, 1, "maybe", command, Expected::Any);
    nats.pause();
    let frozen = log.append(command, vec![event.clone()]).await;
    assert!(matches!(frozen, Err(AppendError::Unknown(_))), "{frozen:?}");
    nats.resume();
    let told = testkit::eventually("the retry is answered", Duration::from_secs(20), || async {
        log.append(command, vec![event.clone()]).await.map_err(|error| error.to_string())
    })
    .await;
    assert_eq!(told.positions[0].sequence().get(), 1);
    assert_eq!(log.head().await.expect("a head").get(), 1);
}

#[tokio::test]
async fn a_full_log_refuses_definitely_and_keeps_what_it_has() {
    let nats = Nats::start().await;
    let mut small = config(&nats);
    small.stream_bytes_max = 20_000;
    let log = JetStreamLog::open(&small).await.expect("the log opens");
    let mut appended = 0;
    let refused = loop {
        let command = conformance::command();
        let event = conformance::posted(&log, 1, &"x".repeat(200), command, Expected::Any);
        match log.append(command, vec![event]).await {
            Ok(_) => appended += 1,
            Err(error) => break error,
        }
        assert!(appended < 1_000, "20 kB never fill up");
    };
    assert!(matches!(refused, AppendError::Full(_)), "{refused:?}");
    assert_eq!(log.head().await.expect("a head").get(), appended);
}

#[tokio::test]
async fn history_cannot_be_deleted_or_purged() {
    let nats = Nats::start().await;
    let log = open(&nats).await;
    let command = conformance::command();
    log.append(command, vec![conformance::posted(&log, 1, "kept", command, Expected::Any)])
        .await
        .expect("appended");
    let stream = context(&nats).await.get_stream("EVENTS_0").await.expect("there");
    assert!(stream.delete_message(1).await.is_err());
    assert!(stream.purge().await.is_err());
    assert!(log.read(conformance_sequence(1)).await.expect("readable").is_some());
}

fn conformance_sequence(value: u64) -> Sequence {
    Sequence::new(value).expect("small")
}

#[tokio::test]
async fn a_stream_that_can_lose_events_is_refused_with_every_reason() {
    let nats = Nats::start().await;
    context(&nats)
        .await
        .create_stream(Config {
            name: "EVENTS_0".to_owned(),
            subjects: vec!["ev.0.>".to_owned()],
            storage: StorageType::Memory,
            discard: DiscardPolicy::Old,
            max_age: Duration::from_secs(3_600),
            ..Config::default()
        })
        .await
        .expect("made");
    match JetStreamLog::open(&config(&nats)).await {
        Err(OpenError::CanLoseEvents { problems, .. }) => {
            for word in ["storage", "discard", "max_age", "deny_delete", "deny_purge", "max_bytes", "lineage"]
            {
                assert!(problems.iter().any(|problem| problem.contains(word)), "{word}: {problems:?}");
            }
        }
        other => panic!("opened: {other:?}"),
    }
}

#[tokio::test]
async fn a_stream_that_is_not_the_one_remembered_is_refused() {
    let nats = Nats::start().await;
    let log = open(&nats).await;
    let mut remembering = config(&nats);
    remembering.lineage = Some(log.lineage());
    JetStreamLog::open(&remembering).await.expect("the same log is accepted");
    remembering.lineage = Some(Lineage("another".into()));
    let refused = JetStreamLog::open(&remembering).await;
    assert!(matches!(refused, Err(OpenError::OtherLineage { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_log_of_another_format_is_refused() {
    let nats = Nats::start().await;
    drop(open(&nats).await);
    let context = context(&nats).await;
    for (told, found) in [(None, "0"), (Some("2"), "2"), (Some("1"), "1")] {
        let mut config = context.get_stream("EVENTS_0").await.expect("there").cached_info().config.clone();
        config.metadata.remove("rookery.format");
        config.metadata.extend(told.map(|told| ("rookery.format".to_owned(), told.to_owned())));
        context.update_stream(config).await.expect("updated");
        match JetStreamLog::open(&self::config(&nats)).await {
            Ok(_) => assert_eq!(found, "1"),
            Err(OpenError::OtherFormat { found: refused, .. }) => assert_eq!(refused, found),
            Err(other) => panic!("{found}: {other}"),
        }
    }
}

#[tokio::test]
async fn a_stream_that_was_replaced_while_open_is_noticed_and_takes_nothing_more() {
    let nats = Nats::start().await;
    let log = open(&nats).await;
    context(&nats).await.delete_stream("EVENTS_0").await.expect("deleted");
    let replaced = open(&nats).await;
    assert_ne!(replaced.lineage(), log.lineage());
    let head = log.head().await;
    assert!(matches!(head, Err(ReadError::OtherLineage { .. })), "{head:?}");
    let tail = log.tail(Sequence::ZERO).await.map(drop);
    assert!(matches!(tail, Err(ReadError::OtherLineage { .. })), "{tail:?}");
    let command = conformance::command();
    let refused = log.append(command, vec![conformance::posted(&log, 1, "x", command, Expected::Any)]).await;
    assert!(matches!(refused, Err(AppendError::Refused(_))), "{refused:?}");
}

/// The broker takes 50 batches at once and goes silent beyond that, so each process bounds its own.
#[tokio::test]
async fn more_batches_of_eight_processes_than_the_broker_takes_at_once_are_all_appended() {
    const PROCESSES: i64 = 8;
    const BATCHES: i64 = 10;
    let nats = Nats::start().await;
    let mut appends = Vec::new();
    for process in 0..PROCESSES {
        let log = Arc::new(open(&nats).await);
        appends.extend((0..BATCHES).map(|number| {
            let log = Arc::clone(&log);
            let first = 1 + 2 * (process * BATCHES + number);
            tokio::spawn(async move {
                let command = conformance::command();
                let none = Expected::Last(Sequence::ZERO);
                let event = |author| conformance::posted(&*log, author, "x", command, none);
                log.append(command, vec![event(first), event(first + 1)]).await
            })
        }));
    }
    for append in appends {
        let appended = append.await.expect("no panic").expect("appended");
        assert_eq!(appended.positions.len(), 2);
    }
    let head = open(&nats).await.head().await.expect("a head").get();
    assert_eq!(i64::try_from(head), Ok(2 * PROCESSES * BATCHES));
}
