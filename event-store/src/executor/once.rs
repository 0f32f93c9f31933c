//! One event per idempotency key: claim, look for what an earlier try left, carry out, write the outcome down.

use domain::{CommandId, Sequence};
use planted_bugs::planted;
use uuid::Uuid;

use super::{Decided, ExecuteError, Executed, Execution, Executor, IdempotencyKey};
use crate::claims::{Claim, ClaimError, ClaimName, HeldClaim, Opened};
use crate::command::{Command, Placed};
use crate::stores::known;

/// A claim changes hands at most a few times: it is made, shared, and completed or given back.
const CLAIM_TRIES_MAX: usize = 5;

impl Executor {
    pub(super) async fn execute_once<C: Command>(
        &self,
        execution: &Execution,
        key: &IdempotencyKey,
        command: &C,
    ) -> Result<Executed<C::Outcome>, ExecuteError<C::Rejection>> {
        let log = self.log.lineage();
        let (name, id) = if command.is_anonymous() {
            (ClaimName::of_nobody(&log, &key.key), CommandId::derived_for_nobody(&key.key))
        } else {
            let actor = execution.actor;
            (ClaimName::new(&log, actor, &key.key), CommandId::derived(actor, &key.key))
        };
        let id = if planted("new-id-on-retry") { CommandId(Uuid::now_v7()) } else { id };
        let (held, is_alone) = match self.claim(name, key).await? {
            Opened::Made(held) => (held, true),
            Opened::Found(held) if planted("claims-unchecked") => (held, true),
            Opened::Found(held) => {
                if held.claim.fingerprint != hexadecimal(&key.fingerprint) {
                    return Err(ExecuteError::KeyReused);
                }
                if let Some(outcome) = remembered::<C>(&held) {
                    return Ok(Executed { outcome, repeated: true });
                }
                if let Some(outcome) = self.find_own(id, command, held.claim.since()).await? {
                    self.complete::<C>(&held, &outcome).await;
                    return Ok(Executed { outcome, repeated: true });
                }
                (held, false)
            }
        };
        let decided = self.decide(execution, id, command).await;
        // A twin may have been faster: then its event is what made this decision a refusal, or a change of nothing.
        let may_be_a_twins = match &decided {
            Ok(decided) => !decided.is_appended,
            Err(error) => !error.is_open(),
        };
        if may_be_a_twins {
            match self.find_own(id, command, held.claim.since()).await {
                Ok(Some(outcome)) => {
                    self.complete::<C>(&held, &outcome).await;
                    return Ok(Executed { outcome, repeated: false });
                }
                Ok(None) => {}
                // What was decided to be done is done, whether it can be looked up or not.
                Err(_) if decided.is_ok() => {}
                Err(error) => return Err(error),
            }
        }
        match decided {
            Ok(Decided { outcome, .. }) => {
                self.complete::<C>(&held, &outcome).await;
                Ok(Executed { outcome, repeated: false })
            }
            Err(error) => {
                // What this try was refused another one may be granted at this moment.
                if is_alone
                    && !error.is_open()
                    && let Err(error) = self.claims.release(&held).await
                {
                    tracing::debug!(%error, "a claim stays pending after a refusal");
                }
                Err(error)
            }
        }
    }

    /// The claim of the key: made, or found and, where it is pending, shared. Whoever made it cannot give it back then.
    async fn claim<R>(&self, name: ClaimName, key: &IdempotencyKey) -> Result<Opened, ExecuteError<R>> {
        let since = self.log.head().await.map_err(ExecuteError::Read)?;
        let fingerprint = hexadecimal(&key.fingerprint);
        for _ in 0..CLAIM_TRIES_MAX {
            let claim = Claim::pending(fingerprint.clone(), since);
            let opened = self.claims.open(name.clone(), claim).await.map_err(ExecuteError::Claims)?;
            let found = match opened {
                Opened::Found(held) if held.claim.is_to_be_shared_by(&fingerprint) => held,
                opened => return Ok(opened),
            };
            if let Some(held) = self.claims.share(found).await.map_err(ExecuteError::Claims)? {
                return Ok(Opened::Found(held));
            }
        }
        Err(ExecuteError::Claims(ClaimError::Unavailable(
            "others try the same key at this moment".to_owned(),
        )))
    }

    /// The claim is a memory aid: without it the next retry searches the log.
    async fn complete<C: Command>(&self, held: &HeldClaim, outcome: &C::Outcome) {
        let written = match serde_json::to_value(outcome) {
            Ok(outcome) => self.claims.complete(held, &outcome).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = written {
            tracing::warn!(error, "an idempotency claim stays pending");
        }
    }

    /// What the command's own events behind a sequence mean.
    async fn find_own<C: Command>(
        &self,
        id: CommandId,
        command: &C,
        since: Sequence,
    ) -> Result<Option<C::Outcome>, ExecuteError<C::Rejection>> {
        let Some(subject) = command.trace(&self.stores).await.map_err(ExecuteError::Read)? else {
            return Ok(None);
        };
        let recorded = self.log.read_subject(subject, since.next()).await.map_err(ExecuteError::Read)?;
        let own: Vec<Placed> = recorded
            .iter()
            .filter(|recorded| recorded.envelope.as_ref().is_some_and(|own| own.command == id))
            .filter_map(|recorded| Some(Placed { event: known(recorded)?, position: recorded.position }))
            .collect();
        Ok(command.outcome(&own))
    }
}

/// The outcome that an earlier try wrote down. One that an older version wrote otherwise is found in the log again.
fn remembered<C: Command>(held: &HeldClaim) -> Option<C::Outcome> {
    held.claim.outcome.clone().and_then(|outcome| serde_json::from_value(outcome).ok())
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
