//! Commands on the in-memory log.

use std::sync::Arc;
use std::time::Duration;

use dispatcher::decision::{ExecuteError, MessageOutcome};
use dispatcher::executor::{Allowance, Executed, Execution, Executor, IdempotencyKey};
use domain::message::{
    Actor, DeleteMessage, EditMessage, ExpectedEdition, MessageCommand, MessageRejection, PostMessage,
};
use domain::{AccountId, MessageId, Shard, Tags, Text};
use event_store::{EventLog, Fingerprint, InMemoryLog};
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
        allowance: Allowance::Quota,
        now: OffsetDateTime::now_utc(),
        idempotency: key.map(|(key, body)| IdempotencyKey {
            key: key.to_owned(),
            fingerprint: Fingerprint::of_digest([body; 32]),
        }),
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
        original_time: None,
    })
}

fn in_memory() -> (Arc<InMemoryLog>, Executor) {
    let log = Arc::new(InMemoryLog::new(Shard(0)));
    let executor = Executor::new(Arc::<InMemoryLog>::clone(&log));
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
    let delete = MessageCommand::Delete(DeleteMessage {
        actor: actor(7),
        message: posted.message,
        original_time: None,
    });
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
            original_time: None,
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
