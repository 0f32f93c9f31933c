//! A keyed lock: one import at a time per caller, because each keeps many commands under way.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use api_types::codes;
use domain::AccountId;
use http_kit::ApiProblem;

/// What a caller whose other import is under way waits before it asks again.
const RETRY_SECONDS: u32 = 5;

/// Whose imports are under way in this process: as many as there are requests at most.
#[derive(Debug, Default)]
pub(crate) struct ImportLock(Mutex<HashSet<AccountId>>);

/// Gives the lock back when it is dropped, also where the caller hangs up.
#[derive(Debug)]
pub(crate) struct ImportGuard {
    lock: Arc<ImportLock>,
    caller: AccountId,
}

impl ImportLock {
    pub(crate) fn acquire(self: &Arc<Self>, caller: AccountId) -> Result<ImportGuard, ApiProblem> {
        // A set is whole after every one of its operations.
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(caller) {
            return Ok(ImportGuard { lock: Arc::clone(self), caller });
        }
        Err(ApiProblem::new(codes::RATE_LIMITED)
            .retry_after_seconds(RETRY_SECONDS)
            .detail("Another import of the same caller is under way. Nothing of this one was read."))
    }
}

impl Drop for ImportGuard {
    fn drop(&mut self) {
        self.lock.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.caller);
    }
}
