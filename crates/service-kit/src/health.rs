//! Whether a process is alive, and whether it can do its work now.
//!
//! Liveness asks nothing of others: a process that answers is alive, and restarting it would not bring a lost database
//! back. Readiness asks every registered dependency. Its answer is kept for a moment, and one round of checks serves
//! all who ask meanwhile, so that probes cannot hammer what they probe.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use serde::Serialize;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::Instant;

const CHECK_TIMEOUT: Duration = Duration::from_secs(2);
const ANSWER_KEPT: Duration = Duration::from_millis(500);

type Outcome = Result<(), String>;
type WarningFn = Box<dyn Fn() -> Option<String> + Send + Sync>;
type CheckFn = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Outcome> + Send>> + Send + Sync>;

/// The checks of one process. Clones share them.
#[derive(Clone, Default)]
pub struct Health {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    checks: RwLock<Vec<(String, CheckFn)>>,
    warnings: RwLock<Vec<(String, WarningFn)>>,
    draining: AtomicBool,
    last: Mutex<Option<(Instant, Readiness)>>,
}

/// The answer to "can you work now?".
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Readiness {
    pub ready: bool,
    pub checks: Vec<CheckResult>,
    /// What will need an operator, and does not yet keep the process from its work.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    pub name: String,
    pub detail: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckResult {
    pub name: String,
    pub ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// The answer to "do you live?".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Liveness {
    pub live: bool,
}

impl Health {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a dependency. The error is shown to all who may read `/readyz`, so it must not hold a secret.
    pub fn register<F, Fut>(&self, name: impl Into<String>, check: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), String>> + Send + 'static,
    {
        let check: CheckFn = Arc::new(move || Box::pin(check()));
        self.inner.checks.write().unwrap_or_else(PoisonError::into_inner).push((name.into(), check));
    }

    /// Adds something to be told before it is too late. It must not wait, and must not hold a secret.
    pub fn register_warning<F>(&self, name: impl Into<String>, warning: F)
    where
        F: Fn() -> Option<String> + Send + Sync + 'static,
    {
        let warnings = &self.inner.warnings;
        warnings.write().unwrap_or_else(PoisonError::into_inner).push((name.into(), Box::new(warning)));
    }

    fn warnings(&self) -> Vec<Warning> {
        let warnings = self.inner.warnings.read().unwrap_or_else(PoisonError::into_inner);
        let told = warnings.iter().map(|(name, warning)| (name, warning()));
        told.filter_map(|(name, detail)| Some(Warning { name: name.clone(), detail: detail? })).collect()
    }

    /// Makes the process not ready from now on, so that balancers turn away before it stops answering.
    pub fn start_draining(&self) {
        self.inner.draining.store(true, Ordering::Relaxed);
    }

    #[must_use]
    pub fn liveness(&self) -> Liveness {
        Liveness { live: true }
    }

    pub async fn readiness(&self) -> Readiness {
        if self.inner.draining.load(Ordering::Relaxed) {
            let detail = Some("the process is shutting down".to_owned());
            return Readiness {
                ready: false,
                checks: vec![CheckResult { name: "draining".to_owned(), ok: false, detail }],
                warnings: Vec::new(),
            };
        }
        // Held while the checks run: those who ask meanwhile wait for this round instead of starting another.
        let mut last = self.inner.last.lock().await;
        if let Some((at, readiness)) = &*last
            && at.elapsed() < ANSWER_KEPT
        {
            return readiness.clone();
        }
        let checks = self.inner.checks.read().unwrap_or_else(PoisonError::into_inner).clone();
        let mut readiness = run(checks).await;
        // After the checks, which may have looked again at what these tell.
        readiness.warnings = self.warnings();
        *last = Some((Instant::now(), readiness.clone()));
        readiness
    }
}

async fn run(checks: Vec<(String, CheckFn)>) -> Readiness {
    let mut running = JoinSet::new();
    let mut results = Vec::with_capacity(checks.len());
    for (index, (name, check)) in checks.into_iter().enumerate() {
        // What stays here if the check panics.
        results.push(CheckResult { name, ok: false, detail: Some("the check itself failed".to_owned()) });
        running.spawn(async move { (index, tokio::time::timeout(CHECK_TIMEOUT, check()).await) });
    }
    while let Some(finished) = running.join_next().await {
        let Ok((index, outcome)) = finished else { continue };
        results[index].detail = match outcome {
            Ok(Ok(())) => None,
            Ok(Err(detail)) => Some(detail),
            Err(_elapsed) => Some(format!("no answer within {} s", CHECK_TIMEOUT.as_secs())),
        };
        results[index].ok = results[index].detail.is_none();
    }
    Readiness { ready: results.iter().all(|check| check.ok), checks: results, warnings: Vec::new() }
}

impl fmt::Debug for Health {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Health").finish_non_exhaustive()
    }
}
