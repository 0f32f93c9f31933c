//! Claims in memory, for tests.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use serde_json::Value;

use super::{Claim, ClaimError, ClaimName, Claims, HeldClaim, Opened};

#[derive(Debug, Default)]
pub struct InMemoryClaims {
    held: Mutex<HashMap<ClaimName, HeldClaim>>,
    /// No claim ever has the revision of another one, not even of one of the same name that was released.
    revision: AtomicU64,
}

impl InMemoryClaims {
    fn held(&self) -> MutexGuard<'_, HashMap<ClaimName, HeldClaim>> {
        // Every write below is a single insert or remove.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next_revision(&self) -> u64 {
        1 + self.revision.fetch_add(1, Ordering::Relaxed)
    }
}

#[async_trait]
impl Claims for InMemoryClaims {
    async fn find(&self, name: &ClaimName) -> Result<Option<HeldClaim>, ClaimError> {
        Ok(self.held().get(name).cloned())
    }

    async fn open(&self, name: ClaimName, claim: Claim) -> Result<Opened, ClaimError> {
        let mut held = self.held();
        if let Some(found) = held.get(&name) {
            return Ok(Opened::Found(found.clone()));
        }
        let made = HeldClaim { name: name.clone(), claim, revision: self.next_revision() };
        held.insert(name, made.clone());
        Ok(Opened::Made(made))
    }

    async fn share(&self, held: HeldClaim) -> Result<Option<HeldClaim>, ClaimError> {
        let mut all = self.held();
        let Some(found) = all.get_mut(&held.name).filter(|found| found.revision == held.revision) else {
            return Ok(None);
        };
        found.claim.shared = true;
        found.revision = self.next_revision();
        Ok(Some(found.clone()))
    }

    async fn complete(&self, held: &HeldClaim, outcome: &Value) -> Result<(), ClaimError> {
        let mut all = self.held();
        if all.get(&held.name).is_none_or(|found| found.revision == held.revision) {
            let mut completed = held.clone();
            completed.claim.outcome = Some(outcome.clone());
            completed.revision = self.next_revision();
            all.insert(held.name.clone(), completed);
        }
        Ok(())
    }

    async fn release(&self, held: &HeldClaim) -> Result<(), ClaimError> {
        let mut all = self.held();
        if all.get(&held.name).is_some_and(|found| found.revision == held.revision) {
            all.remove(&held.name);
        }
        Ok(())
    }
}
