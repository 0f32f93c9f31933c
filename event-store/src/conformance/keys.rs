//! What the log promises of keyed commands, alone and under an executor.

use std::sync::Arc;

use domain::message::{Actor, EditMessage, ExpectedEdition, MessageCommand, PostMessage};
use domain::{CommandId, MessageId, Sequence, Tags, Text};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{PATIENCE, account, command, posted};
use crate::{
    AppendError, EventLog, ExecuteError, Execution, Executor, Expected, Fingerprint, IdempotencyKey,
    NewEvent, ReadError,
};

/// Waits until the log can tell its keyed commands.
pub async fn knows_its_keys(log: &dyn EventLog) {
    let began = std::time::Instant::now();
    while let Some(why) = log.known_keys().refusal {
        assert!(began.elapsed() < PATIENCE, "{why}");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

fn keyed(log: &dyn EventLog, author: i64, text: &str, command: CommandId, expected: Expected) -> NewEvent {
    let mut event = posted(log, author, text, command, expected);
    event.envelope.fingerprint = Some(Fingerprint::of_digest([7; 32]));
    event
}

/// A keyed command's events are found by its id, all of them and in order, and nobody else's.
pub async fn keyed_commands_are_found(log: &dyn EventLog) {
    knows_its_keys(log).await;
    let (one, two) = (command(), command());
    log.append(one, vec![keyed(log, 1, "one", one, Expected::Any)]).await.expect("appended");
    let first = |author| keyed(log, author, "two", two, Expected::Last(Sequence::ZERO));
    log.append(two, vec![first(2), first(3)]).await.expect("appended");
    let head = log.head().await.expect("a head");
    for (id, expected) in [(one, vec![1]), (two, vec![2, 3]), (command(), vec![])] {
        let found: Result<Vec<_>, ReadError> = log.events_of(id, head).await;
        let found: Vec<_> =
            found.expect("it says").iter().map(|event| event.position.sequence().get()).collect();
        assert_eq!(found, expected);
    }
}

/// One id is one append, whatever else is tried under it: the second try is answered with the first, or refused.
pub async fn a_command_is_in_the_log_once(log: Arc<dyn EventLog>) {
    let single = |author, id| vec![keyed(&*log, author, "single", id, Expected::Any)];
    let many = |author, id| {
        let event = |author| keyed(&*log, author, "of many", id, Expected::Last(Sequence::ZERO));
        vec![event(author), event(author + 1)]
    };
    let (a, b, c, d) = (command(), command(), command(), command());
    for (id, first, second) in [
        (a, single(11, a), many(12, a)),
        (b, many(14, b), single(16, b)),
        (c, single(17, c), single(18, c)),
        (d, many(19, d), many(21, d)),
    ] {
        let first = log.append(id, first).await.expect("appended");
        let head = log.head().await.expect("a head");
        match log.append(id, second).await {
            Ok(second) => assert!(second.repeated && second.positions[0] == first.positions[0], "{second:?}"),
            Err(AppendError::Conflict) => {}
            Err(error) => panic!("neither repeated nor refused: {error}"),
        }
        assert_eq!(log.head().await.expect("a head"), head, "nothing came of the second");
    }
}

fn execution(number: i64, key: &str, body: u8) -> Execution {
    let fingerprint = Fingerprint::of_digest([body; 32]);
    Execution {
        actor: account(number),
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
    })
}

/// One event per idempotency key, whoever repeats the command, and how often: within one executor, and with two that know
/// nothing of each other.
pub async fn one_event_per_key(log: Arc<dyn EventLog>) {
    knows_its_keys(&*log).await;
    let executors = [(); 2].map(|()| Arc::new(Executor::new(Arc::clone(&log))));
    let twin = |number: usize| Arc::clone(&executors[number % 2]);
    let twins = (0..8).map(twin).map(|executor| {
        tokio::spawn(async move { executor.execute(execution(7, "k", 1), post(7, "once")).await })
    });
    let mut outcomes = Vec::new();
    for twin in twins.collect::<Vec<_>>() {
        outcomes.push(twin.await.expect("no panic").expect("every twin is answered").outcome);
    }
    outcomes.dedup();
    assert_eq!(outcomes.len(), 1, "all twins get the same answer");
    let message = outcomes[0].message;
    let again = twin(1).execute(execution(7, "k", 1), post(7, "once")).await.expect("answered");
    assert!(again.repeated);
    assert_eq!(again.outcome, outcomes[0]);
    let other_body = twin(0).execute(execution(7, "k", 2), post(7, "twice")).await;
    assert!(matches!(other_body, Err(ExecuteError::KeyReused)), "{other_body:?}");
    let other_command = twin(1).execute(execution(7, "k", 3), edit(7, message, 1, "not this")).await;
    assert!(matches!(other_command, Err(ExecuteError::KeyReused)), "{other_command:?}");
    twin(0).execute(execution(8, "k", 2), post(8, "another actor")).await.expect("keys are per actor");

    let refused = twin(1).execute(execution(9, "r", 1), edit(9, message, 1, "not mine")).await;
    assert!(matches!(refused, Err(ExecuteError::Rejected(_))), "{refused:?}");
    twin(0).execute(execution(9, "r", 2), post(9, "a refusal leaves the key free")).await.expect("posted");

    let edits = (0..8).map(twin).map(|executor| {
        tokio::spawn(async move { executor.execute(execution(7, "e", 1), edit(7, message, 1, "new")).await })
    });
    for twin in edits.collect::<Vec<_>>() {
        let executed = twin.await.expect("no panic").expect("every twin of the edit is answered");
        assert_eq!(executed.outcome.edition, 2);
    }
    // Nothing says that the first of two others is the one that is done, but one of them is.
    let others = (0..8).map(|number| {
        let executor = twin(number);
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
