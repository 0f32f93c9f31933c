//! What is compared with what, and how it is reported.

use std::fmt;

use data_set::Pool;
use event_store::EventLog;

use crate::pace::Pace;
use crate::scope::Scope;

/// Those that there are; the published version of each is compared.
pub const PROJECTIONS: [&str; 3] = ["social", "feeds", "history"];

/// What to compare with what.
pub struct Verification<'a> {
    pub log: &'a dyn EventLog,
    /// Of [`data_set::audit::connect`].
    pub pool: &'a Pool,
    pub scope: Scope,
    pub pace: Pace,
    pub progress: &'a (dyn Fn(Progress<'_>) + Sync),
}

impl<'a> Verification<'a> {
    /// As fast as it goes, and silently.
    pub fn new(log: &'a dyn EventLog, pool: &'a Pool, scope: Scope) -> Self {
        Self { log, pool, scope, pace: Pace::Full, progress: &|_| {} }
    }
}

impl fmt::Debug for Verification<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { log, scope, pace, .. } = self;
        f.debug_struct("Verification")
            .field("log", log)
            .field("scope", scope)
            .field("pace", pace)
            .finish_non_exhaustive()
    }
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    pub projection: &'static str,
    pub stage: Stage<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage<'a> {
    /// Events folded, of so many.
    Folding { done: u64, total: u64 },
    /// Rows of a table compared.
    Comparing { table: &'a str, done: u64 },
}
