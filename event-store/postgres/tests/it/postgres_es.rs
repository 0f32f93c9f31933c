//! The table is the one of postgres-es, so what is built on cqrs-es reads the log as it is: its repository, and the
//! event store on top of it.

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::{PersistedEventRepository, PersistedEventStore};
use cqrs_es::{Aggregate, DomainEvent, EventStore};
use postgres_es::PostgresEventRepository;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx_of_postgres_es::PgPool;

use crate::support::{connection, open, post, run, server};

/// An aggregate of postgres-es has its type in the table; here that is the kind of the subject.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Outbox;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct Anything(Value);

impl DomainEvent for Anything {
    fn event_type(&self) -> String {
        "rookery.message.posted.v1".to_owned()
    }

    fn event_version(&self) -> String {
        "v1".to_owned()
    }
}

impl Aggregate for Outbox {
    const TYPE: &'static str = "outbox";
    type Command = ();
    type Event = Anything;
    type Error = std::fmt::Error;
    type Services = ();

    async fn handle(&mut self, _: (), (): &(), _: &EventSink<Self>) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    fn apply(&mut self, _: Anything) {}
}

#[tokio::test]
async fn its_repository_reads_a_subject_in_the_order_of_the_log() {
    let server = server().await;
    let log = open(&server).await;
    for (author, text) in [(7, "one"), (8, "elsewhere"), (7, "two")] {
        post(&log, author, text).await.expect("appended");
    }
    let pool = PgPool::connect(&server.url()).await.expect("it connects");
    let repository = PostgresEventRepository::new(pool.clone());
    let events = repository.get_last_events::<Outbox>("ev.0.outbox.7", 1).await.expect("it reads");
    let [two] = &events[..] else { panic!("{events:?}") };
    assert_eq!((two.sequence, two.payload["text"].as_str()), (3, Some("two")));
    assert_eq!((two.event_type.as_str(), two.event_version.as_str()), ("rookery.message.posted.v1", "v1"));

    let store = PersistedEventStore::<_, Outbox>::new_event_store(PostgresEventRepository::new(pool));
    let events = store.load_events("ev.0.outbox.7").await.expect("it reads");
    let texts: Vec<_> = events.iter().map(|event| event.payload.0["text"].clone()).collect();
    assert_eq!(texts, [json!("one"), json!("two")]);
    assert_eq!(events[0].metadata["ce-subject"], "ev.0.outbox.7");
}

/// It has no place for the shard and the command, and would pass the counter by.
#[tokio::test]
async fn its_writes_are_refused() {
    let server = server().await;
    open(&server).await;
    let insert = "insert into events \
         (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata) \
         values ('outbox', 'ev.0.outbox.7', 1, 'x', 'v1', '{}', '{}')";
    let refused = run(&mut connection(&server.url()).await, insert).await.expect_err("it has no shard");
    assert!(refused.contains("not-null"), "{refused}");
}
