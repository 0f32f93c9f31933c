//! One command per idempotency key: look for what an earlier try left in the log, else carry out.
//!
//! The log alone remembers keys: a keyed command's id derives from actor and key, and its events hold the fingerprint
//! of the request. So there is nothing beside the log that a crash could leave half done (`docs/adr/0019`).

use domain::{CommandId, Sequence};
use event_store::{RecordedEvent, known};
use fail_points::planted;
use tokio::time::Instant;
use uuid::Uuid;

use super::{Decided, Executed, Execution, Executor, IdempotencyKey};
use crate::decision::{Command, ExecuteError, Placed};

impl Executor {
    pub(super) async fn execute_once<C: Command>(
        &self,
        execution: &Execution,
        key: &IdempotencyKey,
        command: &C,
    ) -> Result<Executed<C::Outcome>, ExecuteError<C::Rejection>> {
        let id = if planted("new-id-on-retry") {
            CommandId(Uuid::now_v7())
        } else if command.is_anonymous() {
            CommandId::derived_for_nobody(&key.key)
        } else {
            CommandId::derived(execution.actor, &key.key)
        };
        let began = Instant::now();
        if let Some(outcome) = self.earlier(execution, command, id, Sequence::ZERO).await? {
            return Ok(Executed { outcome, repeated: true });
        }
        let decided = self.decide(execution, id, command, began).await;
        // A concurrent duplicate may have been faster: then its event made this decision a refusal, or a change of
        // nothing.
        let may_be_a_duplicates = match &decided {
            Ok(Decided::Appended(_)) => false,
            Ok(Decided::Unchanged(_)) => true,
            Err(error) => !error.is_open(),
        };
        if !may_be_a_duplicates {
            return decided.map(Executed::from);
        }
        let duplicate = match self.log.head().await {
            Ok(head) => self.earlier(execution, command, id, head).await,
            Err(error) => Err(ExecuteError::Read(error)),
        };
        match duplicate {
            Ok(Some(outcome)) => Ok(Executed { outcome, repeated: true }),
            // What was decided to be done is done, whether a duplicate did it or not.
            Err(ExecuteError::Read(_)) if decided.is_ok() => decided.map(Executed::from),
            Ok(None) => decided.map(Executed::from),
            Err(error) => Err(error),
        }
    }

    /// The outcome of the command when it was carried out before, as far as the log tells of it, up to `until`.
    async fn earlier<C: Command>(
        &self,
        execution: &Execution,
        command: &C,
        id: CommandId,
        until: Sequence,
    ) -> Result<Option<C::Outcome>, ExecuteError<C::Rejection>> {
        let events = self.log.events_of(id, until).await.map_err(ExecuteError::Read)?;
        if events.is_empty() {
            return Ok(None);
        }
        outcome_of(execution, command, &events).map(Some)
    }
}

/// What a command's events in the log mean, where they are of the same request.
pub(super) fn outcome_of<C: Command>(
    execution: &Execution,
    command: &C,
    events: &[RecordedEvent],
) -> Result<C::Outcome, ExecuteError<C::Rejection>> {
    let asked = execution.idempotency.as_ref().map(|key| key.fingerprint);
    let is_same = |event: &RecordedEvent| event.envelope.as_ref().is_some_and(|own| own.fingerprint == asked);
    if !events.iter().all(is_same) && !planted("fingerprint-unchecked") {
        return Err(ExecuteError::KeyReused);
    }
    let own: Vec<Placed> = events
        .iter()
        .filter_map(|recorded| Some(Placed { event: known(recorded)?, position: recorded.position }))
        .collect();
    command.outcome(&own).ok_or_else(of_another_command)
}

pub(super) fn of_another_command<R>() -> ExecuteError<R> {
    ExecuteError::Unexpected("an append came back as another".into())
}
