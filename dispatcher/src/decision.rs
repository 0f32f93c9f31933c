//! What each command has to define, so that one executor can carry all of them out.

mod outcome;

use std::fmt::Debug;
use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};

use domain::{AccountId, Event, Position, Rejection, Sequence};

use event_store::{EditIndex, Expected};

use crate::stores::Stores;

pub use self::outcome::{AccountOutcome, Done, ExecuteError, MessageOutcome};

/// The outcome of a command, which its repetitions get, too.
pub trait Outcome: Clone + Debug + Send + Sync + 'static {
    /// Of the command's last event; if nothing had to change, of the event that this was decided on.
    fn position(&self) -> Position;
}

/// An event to append, and what its decision knew of its subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub event: Event,
    pub expected: Expected,
    /// The last event of what the decision is about, where its subject holds that of others, too: a conflict that
    /// leaves this as it was is none of the caller's.
    pub seen: Option<Sequence>,
    /// Of an edit or a deletion.
    pub edit_index: Option<EditIndex>,
}

impl Change {
    pub fn new(event: impl Into<Event>, expected: Expected) -> Self {
        Self { event: event.into(), expected, seen: None, edit_index: None }
    }

    #[must_use]
    pub fn seen(mut self, last: Sequence) -> Self {
        self.seen = Some(last);
        self
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision<O> {
    /// All of them or none.
    Append(Vec<Change>),
    Unchanged(O),
}

/// An event of the command's own, where the log has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    pub event: Event,
    pub position: Position,
}

pub trait Command: Clone + Debug + Send + Sync + 'static {
    type Rejection: Rejection + Send + Sync + 'static;
    type Outcome: Outcome;

    /// Names the operation in metrics.
    fn operation(&self) -> &'static str;

    /// Commands with the same lock run one after the other within a process, so that they conflict only across
    /// processes. `None` where nothing can conflict.
    fn keyed_lock(&self) -> Option<KeyedLock> {
        None
    }

    /// Nobody known gives this command: its idempotency keys belong to no actor, who is not asked to be active.
    fn is_anonymous(&self) -> bool {
        false
    }

    /// Whose active account it needs besides the actor's.
    fn acts_for(&self) -> Option<AccountId> {
        None
    }

    /// Whether it takes back what was made, and so may always be done: the log keeps room for it.
    fn takes_back(&self) -> bool {
        false
    }

    /// Reads what the decision has to know, and decides. Called again when others changed that before the append.
    fn decide(
        &self,
        stores: &Stores,
    ) -> impl Future<Output = Result<Decision<Self::Outcome>, ExecuteError<Self::Rejection>>> + Send;

    /// What its own events mean: those of this append, or of an earlier try under the same key.
    fn outcome(&self, own: &[Placed]) -> Option<Self::Outcome>;

    /// Runs when it is known what became of it: the outcome of the events in the log, which may be those of another try
    /// under the same key; `None` where it left nothing there, and never will.
    fn settled(&self, outcome: Option<&Self::Outcome>) -> impl Future<Output = ()> + Send {
        let _ = outcome;
        std::future::ready(())
    }

    /// Runs before anybody is told that it is done, by this try, an earlier one or another process: what this process
    /// remembers must not contradict that.
    fn before_ack(&self, stores: &Stores) -> impl Future<Output = ()> + Send {
        let _ = stores;
        std::future::ready(())
    }
}

/// See [`Command::keyed_lock`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyedLock(pub(crate) u64);

impl KeyedLock {
    /// Two keys may get the same lock, which costs them only time.
    pub fn of(key: &impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        Self(hasher.finish())
    }
}
