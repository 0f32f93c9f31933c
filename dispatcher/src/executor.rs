//! From a command to events in the log: load, decide, append; again on a conflict; once per idempotency key.
//!
//! Replaces `cqrs_es::CqrsFramework`, which returns nothing, never retries and knows one aggregate at a time. A
//! decision whose events were not stored is thrown away.

mod admission;
mod execution;
mod import;
mod once;

use std::sync::Arc;

use domain::account::Profile;
use domain::handle_claim::HandleClaim;
use domain::message::ReplyTarget;
use domain::moderation::Moderation;
use domain::{AccountId, CommandId, Handle, MessageId, Position};
use event_store::{
    AppendError, Appended, Cause, CommandMetadata, EventLog, NewEvent, Quota, ReadError, RecordedEvent,
};
use fail_points::planted;
use time::OffsetDateTime;
use tokio::sync::Mutex;
use tokio::time::{Duration, Instant};
use uuid::Uuid;

use crate::decision::{Change, Command, Decision, ExecuteError, KeyedLock, Placed};
use crate::stores::{Standing, Stores};

pub use self::execution::{Allowance, Executed, Execution, IdempotencyKey};
pub use self::import::Imported;

/// Decisions per command when others keep changing what it is about.
const DECISIONS_MAX: usize = 5;
/// Appends per command when others keep appending to its subject, mostly about something else.
const APPENDS_MAX: usize = 200;
/// A process may be stopped and go on much later. A command that was told new before that may have been repeated
/// elsewhere meanwhile, and the broker have forgotten that; so it is not sent any more. With the wait in the queue
/// behind it this stays below [`event_store::DEDUPE_WINDOW`].
const DECISION_MAX: Duration = Duration::from_secs(30);
/// Some 40 bytes each.
const KEYED_LOCKS: usize = 4_096;

#[derive(Debug)]
pub struct Executor {
    log: Arc<dyn EventLog>,
    stores: Stores,
    keyed_locks: Box<[Mutex<()>]>,
    quota: Quota,
}

/// What became of a command that was decided.
enum Decided<O> {
    Appended(Executed<O>),
    Unchanged(O),
}

impl Executor {
    /// Without quotas.
    pub fn new(log: Arc<dyn EventLog>) -> Self {
        Self::with_quota(log, Quota::UNLIMITED)
    }

    pub fn with_quota(log: Arc<dyn EventLog>, quota: Quota) -> Self {
        let stores = Stores::new(Arc::clone(&log));
        let keyed_locks = (0..KEYED_LOCKS).map(|_| Mutex::new(())).collect();
        Self { log, stores, keyed_locks, quota }
    }

    /// A message that an account wants to answer: see [`Stores::reply_target`].
    pub async fn reply_target(&self, author: AccountId, id: MessageId) -> Result<ReplyTarget, ReadError> {
        self.stores.reply_target(author, id).await
    }

    /// Who holds a handle at this moment, a deactivated account included.
    pub async fn holder_of(&self, handle: &Handle) -> Result<Option<AccountId>, ReadError> {
        Ok(match self.stores.accounts.claim_of(handle).await?.state {
            HandleClaim::Free => None,
            HandleClaim::HeldBy(account) => Some(account),
        })
    }

    /// Whether an account may act: it was neither given up nor suspended, as far as this process knew at most ten seconds ago.
    pub async fn may_act(&self, account: AccountId) -> Result<bool, ReadError> {
        self.stores.accounts.may_act(account).await
    }

    /// Handle and display name of an account, which whoever guesses its password tries first; none without a profile.
    pub async fn names_of(&self, account: AccountId) -> Result<Vec<String>, ReadError> {
        let state = self.stores.accounts.load(account).await?.state;
        let names = |profile: &Profile| {
            vec![profile.handle.as_str().to_owned(), profile.display_name.as_str().to_owned()]
        };
        Ok(state.profile().map(names).unwrap_or_default())
    }

    /// What an account may do, as the log says now.
    pub async fn standing(&self, account: AccountId) -> Result<Standing, ReadError> {
        self.stores.accounts.read_standing(account).await
    }

    /// Asks the log again at once for what an account may do.
    pub(crate) fn forget_standing(&self, account: AccountId) {
        self.stores.accounts.forget(account);
    }

    /// What was decided about an account, its roles among it, as the log says now.
    pub async fn moderation(&self, account: AccountId) -> Result<Moderation, ReadError> {
        Ok(self.stores.moderation.load(account).await?.state)
    }

    /// Draws the id of an account that is to be registered. `None` where the clock is outside of 2025 to 2161.
    pub fn draw_account(&self, now: OffsetDateTime) -> Option<AccountId> {
        // The last bits of a UUIDv7 are random (RFC 9562 §5.7).
        let [.., high, low] = Uuid::now_v7().into_bytes();
        AccountId::from_parts(now.unix_timestamp(), self.log.shard(), u16::from_be_bytes([high, low]))
    }

    /// Carries a command out. Cancelling the future leaves the outcome unknown; run it in a task of its own.
    pub async fn execute<C: Command>(
        &self,
        execution: Execution,
        command: C,
    ) -> Result<Executed<C::Outcome>, ExecuteError<C::Rejection>> {
        let executed = match execution.idempotency.clone() {
            None => {
                let id = CommandId(Uuid::now_v7());
                self.decide(&execution, id, &command, Instant::now()).await?.into()
            }
            Some(key) => self.execute_once(&execution, &key, &command).await?,
        };
        command.before_ack(&self.stores).await;
        Ok(executed)
    }

    /// Decides and appends, and tells the command what became of it, where that is known.
    async fn decide<C: Command>(
        &self,
        execution: &Execution,
        id: CommandId,
        command: &C,
        began: Instant,
    ) -> Result<Decided<C::Outcome>, ExecuteError<C::Rejection>> {
        let decided = self.decide_and_append(execution, id, command, began).await;
        match &decided {
            Ok(Decided::Appended(executed)) => command.settled(Some(&executed.outcome)).await,
            Ok(Decided::Unchanged(_)) => command.settled(None).await,
            Err(ExecuteError::Append(AppendError::Unknown(_)) | ExecuteError::Unexpected(_)) => {}
            Err(_) => command.settled(None).await,
        }
        decided
    }

    /// Loads, decides and appends, again while others are faster.
    async fn decide_and_append<C: Command>(
        &self,
        execution: &Execution,
        id: CommandId,
        command: &C,
        began: Instant,
    ) -> Result<Decided<C::Outcome>, ExecuteError<C::Rejection>> {
        self.require_room(execution, command)?;
        let _held = match command.keyed_lock() {
            Some(lock) => Some(self.mutex_of(lock).lock().await),
            None => None,
        };
        self.require_active(execution, command).await?;
        let metadata = CommandMetadata {
            command: id,
            fingerprint: execution.idempotency.as_ref().map(|key| key.fingerprint),
            actor: execution.actor,
            correlation: execution.correlation.clone(),
            trace_parent: execution.trace_parent.clone(),
            time: execution.now,
        };
        let (mut decisions, mut seen) = (0, None);

        for _ in 0..APPENDS_MAX {
            let changes = match command.decide(&self.stores).await? {
                Decision::Unchanged(outcome) => return Ok(Decided::Unchanged(outcome)),
                Decision::Append(changes) => changes,
            };
            let sees = changes.iter().find_map(|change| change.seen);
            if sees.is_none() || sees != seen {
                decisions += 1;
                seen = sees;
            }
            if decisions > DECISIONS_MAX {
                break;
            }
            let events = changes
                .iter()
                .map(|change| self.new_event(change, &metadata))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| ExecuteError::Unexpected(Box::new(error)))?;
            if began.elapsed() > DECISION_MAX {
                let why = "this process stood still for too long".to_owned();
                return Err(ExecuteError::Append(AppendError::Unavailable(Cause::new(why))));
            }
            let held = self.hold(execution, command, &events)?;
            match self.log.append(id, events).await {
                Ok(appended) => {
                    if let (Some(held), Some(last)) = (held, appended.positions.last()) {
                        held.appended(last.sequence());
                    }
                    return self.outcome(execution, command, changes, appended).await.map(Decided::Appended);
                }
                Err(AppendError::Conflict) => {}
                Err(error) => return Err(ExecuteError::Append(error)),
            }
        }
        Err(ExecuteError::Contended)
    }

    fn new_event(&self, change: &Change, metadata: &CommandMetadata) -> Result<NewEvent, serde_json::Error> {
        let event = NewEvent::new(self.log.shard(), &change.event, change.expected, metadata)?;
        Ok(event.with_edit_index(change.edit_index.clone()))
    }

    async fn require_active<C: Command>(
        &self,
        execution: &Execution,
        command: &C,
    ) -> Result<(), ExecuteError<C::Rejection>> {
        let actor = (!command.is_anonymous()).then_some(execution.actor);
        let other = command.acts_for().filter(|other| *other != execution.actor);
        for account in [actor, other].into_iter().flatten() {
            match self.stores.accounts.standing(account).await.map_err(ExecuteError::Read)? {
                Standing::Unregistered | Standing::Active { .. } => {}
                Standing::Suspended(reason) => return Err(ExecuteError::ActorSuspended(reason)),
                Standing::Deactivated => return Err(ExecuteError::ActorDeactivated),
            }
        }
        Ok(())
    }

    /// The outcome of an append. Where it turned out to be a repetition, the events in the log are those of a
    /// concurrent duplicate, which may have decided otherwise, or of another request under the same key.
    async fn outcome<C: Command>(
        &self,
        execution: &Execution,
        command: &C,
        changes: Vec<Change>,
        appended: Appended,
    ) -> Result<Executed<C::Outcome>, ExecuteError<C::Rejection>> {
        if appended.repeated {
            let mut events = Vec::with_capacity(appended.positions.len());
            for position in appended.positions {
                events.push(self.stored(position).await?);
            }
            return Ok(Executed { outcome: once::outcome_of(execution, command, &events)?, repeated: true });
        }
        let mut own = Vec::with_capacity(changes.len());
        for (change, position) in changes.into_iter().zip(appended.positions) {
            let position = if planted("position-is-head") {
                Position::new(self.log.head().await.map_err(ExecuteError::Read)?, self.log.shard())
            } else {
                position
            };
            own.push(Placed { event: change.event, position });
        }
        let outcome = command.outcome(&own).ok_or_else(once::of_another_command)?;
        Ok(Executed { outcome, repeated: false })
    }

    /// What is in the log is done, so a failure to read it must not look like a refusal.
    async fn stored<R>(&self, position: Position) -> Result<RecordedEvent, ExecuteError<R>> {
        let open = |why| ExecuteError::Append(AppendError::Unknown(why));
        let recorded = self.log.read(position.sequence()).await.map_err(|error| open(Cause::new(error)))?;
        recorded.ok_or_else(|| open(Cause::new("the broker does not show the event yet")))
    }

    fn mutex_of(&self, lock: KeyedLock) -> &Mutex<()> {
        // The remainder is below KEYED_LOCKS, which is how many there are.
        &self.keyed_locks[(lock.0 % KEYED_LOCKS as u64) as usize]
    }
}

impl<O> From<Decided<O>> for Executed<O> {
    fn from(decided: Decided<O>) -> Self {
        match decided {
            Decided::Appended(executed) => executed,
            Decided::Unchanged(outcome) => Self { outcome, repeated: false },
        }
    }
}
