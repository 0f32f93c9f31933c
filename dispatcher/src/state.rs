//! What every handler shares.

use std::sync::{Arc, OnceLock};

use axum::extract::FromRef;
use event_store::{EventLog, Executor};
use http_kit::{ApiProblem, Identity};

/// What was opened once the broker could be reached.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) executor: Executor,
}

/// Clones share everything.
#[derive(Debug, Clone)]
pub struct State {
    identity: Arc<Identity>,
    opened: Arc<OnceLock<Arc<Opened>>>,
}

/// A share of what was opened that outlives the request, for the task in which a command runs.
#[derive(Debug, Clone)]
pub(crate) struct Ready(Arc<Opened>);

impl State {
    #[must_use]
    pub fn new(identity: Arc<Identity>) -> Self {
        Self { identity, opened: Arc::default() }
    }

    /// The first log stays: it is opened once per process.
    pub(crate) fn open(&self, opened: Opened) {
        drop(self.opened.set(Arc::new(opened)));
    }

    pub(crate) fn opened(&self) -> Option<&Opened> {
        self.opened.get().map(Arc::as_ref)
    }

    /// Refuses with `unavailable` until the log was opened.
    pub(crate) fn ready(&self) -> Result<Ready, ApiProblem> {
        match self.opened.get() {
            Some(opened) => Ok(Ready(Arc::clone(opened))),
            None => Err(ApiProblem::unavailable("the log has not been opened yet")),
        }
    }
}

impl Ready {
    pub(crate) fn executor(&self) -> &Executor {
        &self.0.executor
    }
}

impl FromRef<State> for Arc<Identity> {
    fn from_ref(state: &State) -> Self {
        Self::clone(&state.identity)
    }
}
