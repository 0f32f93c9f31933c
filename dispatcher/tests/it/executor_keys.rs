//! One event per idempotency key, on every log.

use std::sync::Arc;

use dispatcher::decision::ExecuteError;
use dispatcher::executor::{Allowance, Execution, Executor, IdempotencyKey};
use domain::message::{Actor, EditMessage, ExpectedEdition, MessageCommand, PostMessage};
use domain::{MessageId, Shard, Tags, Text};
use event_store::conformance::{account, knows_its_keys};
use event_store::{EventLog, Fingerprint, InMemoryLog};
use event_store_nats::{JetStreamConfig, JetStreamLog};
use event_store_postgres::{PostgresConfig, PostgresLog};
use testkit::{Nats, Postgres};
use time::OffsetDateTime;
use uuid::Uuid;

#[tokio::test]
async fn in_memory() {
    one_event_per_key(Arc::new(InMemoryLog::new(Shard(0)))).await;
}

#[tokio::test]
async fn on_jet_stream() {
    let nats = Nats::start().await;
    let mut config = JetStreamConfig::new(nats.url(), "keys-test");
    config.stream_bytes_max = 64 << 20;
    let log = JetStreamLog::open(&config).await.expect("the log opens");
    log.remember_keys(1_000);
    one_event_per_key(Arc::new(log)).await;
}

#[tokio::test]
async fn on_postgres() {
    let server = Postgres::start_with(testkit::PostgresConfig::default().durable()).await;
    let log =
        PostgresLog::open(&PostgresConfig::new(server.url(), "keys-test")).await.expect("the log opens");
    one_event_per_key(Arc::new(log)).await;
}

fn execution(number: i64, key: &str, body: u8) -> Execution {
    let fingerprint = Fingerprint::of_digest([body; 32]);
    Execution {
        actor: account(number),
        allowance: Allowance::Quota,
        now: OffsetDateTime::now_utc(),
        idempotency: Some(IdempotencyKey { key: key.to_owned(), fingerprint }),
        correlation: Uuid::now_v7().to_string(),
        trace_parent: None,
    }
}

fn post(author: i64, text: &str) -> MessageCommand {
    MessageCommand::Post(PostMessage {
        author: account(author),
        text: Text::parse(text).expect("a text"),
        tags: Tags::default(),
        in_reply_to: None,
        original_time: None,
    })
}

fn edit(by: i64, message: MessageId, edition: u32, text: &str) -> MessageCommand {
    MessageCommand::Edit(EditMessage {
        actor: Actor { account: account(by), is_admin: false },
        message,
        expected: ExpectedEdition::Exactly(edition),
        text: Some(Text::parse(text).expect("a text")),
        tags: None,
        original_time: None,
    })
}

/// One event per idempotency key, however often the command is repeated: within one executor, and with two that know
/// nothing of each other.
async fn one_event_per_key(log: Arc<dyn EventLog>) {
    knows_its_keys(&*log).await;
    let executors = [(); 2].map(|()| Arc::new(Executor::new(Arc::clone(&log))));
    let duplicate = |number: usize| Arc::clone(&executors[number % 2]);
    let duplicates = (0..8).map(duplicate).map(|executor| {
        tokio::spawn(async move { executor.execute(execution(7, "k", 1), post(7, "once")).await })
    });
    let mut outcomes = Vec::new();
    for duplicate in duplicates.collect::<Vec<_>>() {
        outcomes.push(duplicate.await.expect("no panic").expect("every duplicate is answered").outcome);
    }
    outcomes.dedup();
    assert_eq!(outcomes.len(), 1, "all duplicates get the same answer");
    let message = outcomes[0].message;
    let again = duplicate(1).execute(execution(7, "k", 1), post(7, "once")).await.expect("answered");
    assert!(again.repeated);
    assert_eq!(again.outcome, outcomes[0]);
    let other_body = duplicate(0).execute(execution(7, "k", 2), post(7, "twice")).await;
    assert!(matches!(other_body, Err(ExecuteError::KeyReused)), "{other_body:?}");
    let other_command = duplicate(1).execute(execution(7, "k", 3), edit(7, message, 1, "not this")).await;
    assert!(matches!(other_command, Err(ExecuteError::KeyReused)), "{other_command:?}");
    duplicate(0).execute(execution(8, "k", 2), post(8, "another actor")).await.expect("keys are per actor");

    let refused = duplicate(1).execute(execution(9, "r", 1), edit(9, message, 1, "not mine")).await;
    assert!(matches!(refused, Err(ExecuteError::Rejected(_))), "{refused:?}");
    duplicate(0)
        .execute(execution(9, "r", 2), post(9, "a refusal leaves the key free"))
        .await
        .expect("posted");

    let edits = (0..8).map(duplicate).map(|executor| {
        tokio::spawn(async move { executor.execute(execution(7, "e", 1), edit(7, message, 1, "new")).await })
    });
    for duplicate in edits.collect::<Vec<_>>() {
        let executed = duplicate.await.expect("no panic").expect("every duplicate of the edit is answered");
        assert_eq!(executed.outcome.edition, 2);
    }
    // Nothing says that the first of two others is the one that is done, but one of them is.
    let others = (0..8).map(|number| {
        let executor = duplicate(number);
        let body = u8::try_from(number).expect("few");
        tokio::spawn(async move { executor.execute(execution(7, "o", body), post(7, "one of them")).await })
    });
    let mut done = 0;
    for other in others.collect::<Vec<_>>() {
        match other.await.expect("no panic") {
            Ok(_) => done += 1,
            Err(ExecuteError::KeyReused) => {}
            Err(error) => panic!("neither done nor refused: {error:?}"),
        }
    }
    assert_eq!(done, 1);
    assert_eq!(log.head().await.expect("a head").get(), 5);
}
