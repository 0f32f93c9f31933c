//! What goes into an execution and what comes out of it.

use domain::AccountId;
use event_store::{Fingerprint, TraceParent};
use time::OffsetDateTime;

/// A key that makes a command safe to repeat, and the request that it is used for.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    pub key: String,
    pub fingerprint: Fingerprint,
}

/// What a command may take of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowance {
    /// What is left of its account's quota of the day, while the log has more than its reserve.
    Quota,
    /// All but the reserve: imports by operators.
    AboveReserve,
    /// All that there is: admins.
    All,
}

/// Who commands, when and why.
#[derive(Debug, Clone)]
pub struct Execution {
    pub actor: AccountId,
    pub allowance: Allowance,
    pub now: OffsetDateTime,
    pub idempotency: Option<IdempotencyKey>,
    /// The request's id.
    pub correlation: String,
    pub trace_parent: Option<TraceParent>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executed<O> {
    pub outcome: O,
    pub repeated: bool,
}
