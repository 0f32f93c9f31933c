//! Commands on the in-memory log, and what must hold on JetStream as well: one event per idempotency key.

use std::sync::Arc;
use std::time::Duration;

use domain::message::{
    Actor, DeleteMessage, EditMessage, ExpectedEdition, MessageCommand, MessageRejection, PostMessage,
};
use domain::{AccountId, MessageId, Sequence, Shard, Tags, Text};
use event_store::{
    Claims, EventLog, ExecuteError, Executed, Execution, Executor, IdempotencyKey, InMemoryClaims,
    InMemoryLog, JetStreamClaims, JetStreamConfig, JetStreamLog, MessageOutcome, conformance,
};
use testkit::Nats;
use time::OffsetDateTime;

fn account(number: i64) -> AccountId {
    AccountId::from_i64(number).expect("positive")
}

fn actor(number: i64) -> Actor {
    Actor { account: account(number), is_admin: false }
}

fn execution(number: i64, key: Option<(&str, u8)>) -> Execution {
    Execution {
        actor: account(number),
        now: OffsetDateTime::now_utc(),
        idempotency: key.map(|(key, body)| IdempotencyKey { key: key.to_owned(), fingerprint: [body; 32] }),
        correlation: "test".to_owned(),
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
        actor: actor(by),
        message,
        expected: ExpectedEdition::Exactly(edition),
        text: Some(Text::parse(text).expect("a text")),
        tags: None,
    })
}

fn in_memory() -> (Arc<InMemoryLog>, Executor) {
    let log = Arc::new(InMemoryLog::new(Shard(0)));
    let executor = Executor::new(Arc::<InMemoryLog>::clone(&log), Arc::new(InMemoryClaims::default()));
    (log, executor)
}

async fn run(
    executor: &Executor,
    by: i64,
    command: MessageCommand,
) -> Result<Executed<MessageOutcome>, ExecuteError<MessageRejection>> {
    executor.execute(execution(by, None), command).await
}

#[tokio::test]
async fn a_message_lives_through_post_edit_and_delete() {
    let (log, executor) = in_memory();
    let posted = run(&executor, 7, post(7, "one")).await.expect("posted").outcome;
    assert_eq!((posted.message.position(), posted.edition), (posted.position(), 1));
    let edited = run(&executor, 7, edit(7, posted.message, 1, "two")).await.expect("edited").outcome;
    assert_eq!((edited.message, edited.edition), (posted.message, 2));
    let late = run(&executor, 7, edit(7, posted.message, 1, "three")).await;
    assert!(matches!(late, Err(ExecuteError::Rejected(MessageRejection::EditionMustMatch))), "{late:?}");
    let delete = MessageCommand::Delete(DeleteMessage { actor: actor(7), message: posted.message });
    run(&executor, 7, delete.clone()).await.expect("deleted");
    run(&executor, 7, delete).await.expect("deleting again is answered alike");
    let gone = run(&executor, 7, edit(7, posted.message, 2, "four")).await;
    assert!(matches!(gone, Err(ExecuteError::Rejected(MessageRejection::MessageMustExist))), "{gone:?}");
    assert_eq!(log.head().await.expect("a head").get(), 3, "nothing else was appended");
}

#[tokio::test]
async fn an_edit_that_changes_nothing_appends_nothing() {
    let (log, executor) = in_memory();
    let posted = run(&executor, 7, post(7, "same")).await.expect("posted").outcome;
    let edited = run(&executor, 7, edit(7, posted.message, 1, "same")).await.expect("answered").outcome;
    assert_eq!(edited.edition, 1);
    assert_eq!(log.head().await.expect("a head").get(), 1);
}

#[tokio::test]
async fn the_position_of_another_event_is_no_message() {
    let (_log, executor) = in_memory();
    let posted = run(&executor, 7, post(7, "one")).await.expect("posted").outcome;
    let edited = run(&executor, 7, edit(7, posted.message, 1, "two")).await.expect("edited").outcome;
    for id in [
        MessageId::at(edited.position()),
        "5".parse().expect("an id"),
        "9223372036854775807".parse().expect("an id"),
    ] {
        let refused = run(&executor, 7, edit(7, id, 1, "x")).await;
        assert!(
            matches!(refused, Err(ExecuteError::Rejected(MessageRejection::MessageMustExist))),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn racing_edits_make_one_edition_each_and_none_is_lost() {
    let (log, executor) = in_memory();
    let executor = Arc::new(executor);
    let message = run(&executor, 7, post(7, "start")).await.expect("posted").outcome.message;
    let edits = (0..50).map(|number| {
        let executor = Arc::clone(&executor);
        let command = MessageCommand::Edit(EditMessage {
            actor: actor(7),
            message,
            expected: ExpectedEdition::Any,
            text: Some(Text::parse(&format!("edit {number}")).expect("a text")),
            tags: None,
        });
        tokio::spawn(async move { run(&executor, 7, command).await })
    });
    let mut editions = Vec::new();
    for edit in edits.collect::<Vec<_>>() {
        editions.push(edit.await.expect("no panic").expect("edited").outcome.edition);
    }
    editions.sort_unstable();
    assert_eq!(editions, (2..=51).collect::<Vec<_>>());
    assert_eq!(log.head().await.expect("a head").get(), 51);
}

#[tokio::test]
async fn a_key_makes_one_event_in_memory() {
    conformance::one_event_per_key(Arc::new(InMemoryLog::new(Shard(0))), Arc::new(InMemoryClaims::default()))
        .await;
}

async fn jet_stream(nats: &Nats) -> (Arc<JetStreamLog>, Arc<JetStreamClaims>) {
    let mut config = JetStreamConfig::new(nats.url(), "executor");
    config.stream_bytes_max = 256 << 20;
    let log = JetStreamLog::open(&config).await.expect("the log opens");
    let claims = JetStreamClaims::open_bucket(log.write_errors(), Shard(0), 1, 64 << 20)
        .await
        .expect("the bucket opens");
    (Arc::new(log), Arc::new(claims))
}

#[tokio::test]
async fn a_key_makes_one_event_on_jet_stream() {
    let nats = Nats::start().await;
    let (log, claims) = jet_stream(&nats).await;
    conformance::one_event_per_key(log, claims).await;
}

/// The claim was made and the event appended, then the process died: the claim is pending. The retry has to find the
/// event in the log, with no help of the broker's window.
#[tokio::test]
async fn a_retry_after_a_crash_between_append_and_answer_finds_its_event() {
    #[derive(Debug)]
    struct Forgetful(InMemoryClaims);

    #[async_trait::async_trait]
    impl Claims for Forgetful {
        async fn find(
            &self,
            name: &event_store::claims::ClaimName,
        ) -> Result<Option<event_store::claims::HeldClaim>, event_store::claims::ClaimError> {
            self.0.find(name).await
        }

        async fn open(
            &self,
            name: event_store::claims::ClaimName,
            claim: event_store::claims::Claim,
        ) -> Result<event_store::claims::Opened, event_store::claims::ClaimError> {
            self.0.open(name, claim).await
        }

        async fn share(
            &self,
            held: event_store::claims::HeldClaim,
        ) -> Result<Option<event_store::claims::HeldClaim>, event_store::claims::ClaimError> {
            self.0.share(held).await
        }

        async fn complete(
            &self,
            _held: &event_store::claims::HeldClaim,
            _outcome: &serde_json::Value,
        ) -> Result<(), event_store::claims::ClaimError> {
            Ok(())
        }

        async fn release(
            &self,
            held: &event_store::claims::HeldClaim,
        ) -> Result<(), event_store::claims::ClaimError> {
            self.0.release(held).await
        }
    }

    let nats = Nats::start().await;
    let (log, _claims) = jet_stream(&nats).await;
    let executor =
        Executor::new(Arc::<JetStreamLog>::clone(&log), Arc::new(Forgetful(InMemoryClaims::default())));
    let first = executor.execute(execution(7, Some(("k", 1))), post(7, "once")).await.expect("posted");
    let again = executor.execute(execution(7, Some(("k", 1))), post(7, "once")).await.expect("answered");
    assert_eq!(first.outcome, again.outcome);
    assert!(again.repeated);
    assert_eq!(log.head().await.expect("a head"), Sequence::new(1).expect("small"));
}

#[tokio::test]
async fn a_rejected_command_gives_its_key_back() {
    let (_log, executor) = in_memory();
    let missing = "256".parse().expect("an id");
    let refused = executor.execute(execution(7, Some(("k", 1))), edit(7, missing, 1, "x")).await;
    assert!(matches!(refused, Err(ExecuteError::Rejected(_))), "{refused:?}");
    tokio::time::timeout(
        Duration::from_secs(5),
        executor.execute(execution(7, Some(("k", 2))), post(7, "the key is free again")),
    )
    .await
    .expect("answered")
    .expect("posted");
}
