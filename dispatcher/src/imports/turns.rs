//! One import at a time per caller: each keeps many commands under way.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use api_types::codes;
use domain::AccountId;
use http_kit::ApiProblem;

/// What a caller whose other import is under way waits before it asks again.
const RETRY_SECONDS: u32 = 5;

/// Whose imports are under way in this process: as many as there are requests at most.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<HashSet<AccountId>>);

/// Ends when it is dropped, so also with a caller who hangs up.
#[derive(Debug)]
pub(super) struct Turn {
    turns: Arc<Turns>,
    caller: AccountId,
}

impl Turns {
    pub(super) fn take(self: &Arc<Self>, caller: AccountId) -> Result<Turn, ApiProblem> {
        // A set is whole after every one of its operations.
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(caller) {
            return Ok(Turn { turns: Arc::clone(self), caller });
        }
        Err(ApiProblem::new(codes::RATE_LIMITED)
            .retry_after_seconds(RETRY_SECONDS)
            .detail("Another import of the same caller is under way. Nothing of this one was read."))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.turns.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.caller);
    }
}
