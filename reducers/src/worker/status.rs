//! What a worker tells its health checks and its heartbeat.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::Position;
use time::OffsetDateTime;
use tokio::sync::watch;

/// How far a worker has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    pub position: Position,
    /// When the log recorded the last folded event. Before the first one: until when nothing was there to fold.
    pub recorded_at: OffsetDateTime,
}

/// Shared by a worker and those who watch it.
#[derive(Debug, Clone)]
pub struct Status {
    progress: watch::Sender<Option<Progress>>,
    trouble: Arc<Mutex<Option<Trouble>>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Trouble {
    why: String,
    /// The log is another one than the rows came from.
    is_refusal: bool,
}

impl Default for Status {
    fn default() -> Self {
        Self { progress: watch::Sender::new(None), trouble: Arc::default() }
    }
}

impl Status {
    /// `None` until the checkpoint was read.
    pub fn progress(&self) -> Option<Progress> {
        *self.progress.borrow()
    }

    /// Why the worker refuses its log, for as long as it does.
    pub fn refusal(&self) -> Option<String> {
        self.trouble().as_ref().filter(|trouble| trouble.is_refusal).map(|trouble| trouble.why.clone())
    }

    pub(crate) fn moved(&self, progress: Progress) {
        self.progress.send_replace(Some(progress));
        *self.trouble() = None;
    }

    pub(crate) fn failed(&self, why: String) {
        *self.trouble() = Some(Trouble { why, is_refusal: false });
    }

    /// Said once, however often the worker looks again.
    pub(crate) fn refused(&self, projection: &'static str, why: &str) {
        let trouble = Trouble { why: why.to_owned(), is_refusal: true };
        let before = self.trouble().replace(trouble.clone());
        if before != Some(trouble) {
            tracing::error!(projection, reason = why, "the log is refused; `rookery adopt` is the way on");
        }
    }

    fn trouble(&self) -> MutexGuard<'_, Option<Trouble>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For a health check: what the worker last failed at, if it has not moved since.
    pub fn check(&self) -> Result<(), String> {
        if let Some(trouble) = self.trouble().clone() {
            return Err(trouble.why);
        }
        if self.progress().is_none() {
            Err("the checkpoint has not been read yet".to_owned())
        } else {
            Ok(())
        }
    }
}
