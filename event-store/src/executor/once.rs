//! One event per idempotency key: claim, look for what an earlier try left, carry out, write the outcome down.

use domain::message::MessageCommand;
use domain::{AccountId, CommandId, Sequence};

use super::{ExecuteError, Executed, Execution, Executor, IdempotencyKey, Outcome};
use crate::claims::{Claim, ClaimName, HeldClaim, Opened};
use crate::message_store;
use crate::subject::Subject;

impl Executor {
    pub(super) async fn execute_once(
        &self,
        execution: &Execution,
        key: &IdempotencyKey,
        command: &MessageCommand,
    ) -> Result<Executed, ExecuteError> {
        let id = CommandId::derived(execution.actor, &key.key);
        let held = match self.claim(execution.actor, key).await? {
            Opened::Made(held) => held,
            Opened::Found(held) => {
                if held.claim.fingerprint != hexadecimal(&key.fingerprint) {
                    return Err(ExecuteError::KeyReused);
                }
                if let Some(outcome) = held.claim.outcome {
                    return Ok(Executed { outcome, repeated: true });
                }
                if let Some(outcome) = self.find_own(id, command, held.claim.since()).await? {
                    self.complete(&held, &outcome).await;
                    return Ok(Executed { outcome, repeated: true });
                }
                held
            }
        };
        let decided = self.decide(execution, id, command).await;
        // A twin may have been faster: then its event is what made this decision a refusal, or a change of nothing.
        let may_be_a_twins =
            !matches!(command, MessageCommand::Post(_)) && !matches!(&decided, Err(error) if error.is_open());
        if may_be_a_twins {
            match self.find_own(id, command, held.claim.since()).await {
                Ok(Some(outcome)) => {
                    self.complete(&held, &outcome).await;
                    return Ok(Executed { outcome, repeated: false });
                }
                Ok(None) => {}
                // What was decided to be done is done, whether it can be looked up or not.
                Err(_) if decided.is_ok() => {}
                Err(error) => return Err(error),
            }
        }
        match decided {
            Ok(outcome) => {
                self.complete(&held, &outcome).await;
                Ok(Executed { outcome, repeated: false })
            }
            Err(error) => {
                if !error.is_open()
                    && let Err(error) = self.claims.release(&held).await
                {
                    tracing::debug!(%error, "a claim stays pending after a refusal");
                }
                Err(error)
            }
        }
    }

    async fn claim(&self, actor: AccountId, key: &IdempotencyKey) -> Result<Opened, ExecuteError> {
        let name = ClaimName::new(actor, &key.key);
        let since = self.log.head().await.map_err(ExecuteError::Read)?;
        let claim = Claim::pending(hexadecimal(&key.fingerprint), since);
        self.claims.open(name, claim).await.map_err(ExecuteError::Claims)
    }

    /// The claim is a memory aid: without it the next retry searches the log.
    async fn complete(&self, held: &HeldClaim, outcome: &Outcome) {
        if let Err(error) = self.claims.complete(held, outcome).await {
            tracing::warn!(%error, "an idempotency claim stays pending");
        }
    }

    /// The command's own event behind a sequence, as an outcome.
    async fn find_own(
        &self,
        id: CommandId,
        command: &MessageCommand,
        since: Sequence,
    ) -> Result<Option<Outcome>, ExecuteError> {
        let Some(subject) = self.subject(command).await? else { return Ok(None) };
        let recorded = self.log.read_subject(subject, since.next()).await.map_err(ExecuteError::Read)?;
        Ok(recorded
            .iter()
            .filter(|recorded| recorded.envelope.as_ref().is_some_and(|own| own.command == id))
            .find_map(|recorded| {
                Some(Outcome::of_event(&message_store::message_event(recorded)?, recorded.position))
            }))
    }

    async fn subject(&self, command: &MessageCommand) -> Result<Option<Subject>, ExecuteError> {
        let message = match command {
            MessageCommand::Post(command) => return Ok(Some(self.messages.outbox(command.author))),
            MessageCommand::Edit(command) => command.message,
            MessageCommand::Delete(command) => command.message,
        };
        let author = self.messages.author_of(message).await.map_err(ExecuteError::Read)?;
        Ok(author.map(|author| self.messages.outbox(author)))
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
