//! What the log promises of keyed commands.

use std::sync::Arc;

use domain::{CommandId, Sequence};

use super::{PATIENCE, command, posted};
use crate::{AppendError, EventLog, Expected, Fingerprint, NewEvent, ReadError};

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

/// One id is one append, also for other events under it: the second try is answered with the first, or refused.
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
