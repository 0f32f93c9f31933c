//! Finds the last word of an account on whether it blocks another one.
//!
//! Each account that ever blocked somebody has a subject of its own for that, so whoever blocks nobody costs one look
//! and no memory of the broker (ADR 25).

use domain::{AccountId, Event, GraphEvent};

use super::look_up::{Found, Node, look_up};
use crate::codec::known;
use crate::contract::{EventLog, ReadError, RecordedEvent};
use crate::subject::{Boundary, Subject, mixed};

/// The last event of one account about another one; in it, whether that one is blocked since.
pub type LastBlock = Found<bool>;

/// Finds what an account last said about blocking another one.
pub async fn last_block(
    log: &dyn EventLog,
    blocker: AccountId,
    blocked: AccountId,
) -> Result<LastBlock, ReadError> {
    let subject = Subject::new(log.shard(), Boundary::Blocks(blocker));
    look_up(log, subject, mixed(blocked.get()), read).await
}

fn read(recorded: &RecordedEvent, blocks: &Subject) -> Option<Node<bool>> {
    let Some(Event::Graph(event)) = known(recorded) else { return None };
    let is_blocked = match event {
        GraphEvent::Blocked(_) => true,
        GraphEvent::Unblocked(_) => false,
        GraphEvent::Followed(_)
        | GraphEvent::Unfollowed(_)
        | GraphEvent::Muted(_)
        | GraphEvent::Unmuted(_) => return None,
    };
    let (blocker, blocked) = event.accounts();
    let is_own = *blocks.boundary() == Boundary::Blocks(blocker);
    is_own.then(|| Node { path: mixed(blocked.get()), event: is_blocked })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use domain::{Blocked, Shard, Unblocked};
    use proptest::prelude::*;
    use time::OffsetDateTime;

    use super::*;
    use crate::command_metadata::CommandMetadata;
    use crate::contract::{Expected, NewEvent};
    use crate::in_memory::InMemoryLog;

    fn account(id: i64) -> AccountId {
        AccountId::from_i64(id).expect("positive")
    }

    async fn append(log: &InMemoryLog, blocked: AccountId, is_set: bool) {
        let blocker = account(1);
        let found = last_block(log, blocker, blocked).await.expect("readable");
        let event = if is_set {
            GraphEvent::Blocked(Blocked { blocker, blocked })
        } else {
            GraphEvent::Unblocked(Unblocked { blocker, blocked })
        };
        let metadata = CommandMetadata {
            fingerprint: None,
            command: crate::conformance::command(),
            actor: blocker,
            correlation: "test".to_owned(),
            trace_parent: None,
            time: OffsetDateTime::UNIX_EPOCH,
        };
        let event = NewEvent::new(Shard(0), &event.into(), Expected::Last(found.through), &metadata)
            .expect("it encodes")
            .with_edit_index(Some(found.index));
        log.append(metadata.command, vec![event]).await.expect("appended");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_last_word_on_every_account_is_found_after_any_history(
            choices in prop::collection::vec((2..14_i64, any::<bool>()), 1..60),
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            runtime.block_on(async {
                let (log, mut expected) = (InMemoryLog::new(Shard(0)), HashMap::new());
                for (blocked, is_set) in choices {
                    append(&log, account(blocked), is_set).await;
                    expected.insert(blocked, is_set);
                    for other in 2..14 {
                        let found = last_block(&log, account(1), account(other)).await.expect("readable");
                        assert_eq!(found.last.map(|(_, is_set)| is_set), expected.get(&other).copied());
                    }
                    let back = last_block(&log, account(blocked), account(1)).await.expect("readable");
                    assert!(back.last.is_none(), "nobody blocks back");
                }
            });
        }
    }
}
