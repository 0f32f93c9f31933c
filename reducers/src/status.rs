//! What a lane tells its health checks and its heartbeat.

use std::sync::{Arc, Mutex, PoisonError};

use domain::Position;
use time::OffsetDateTime;
use tokio::sync::watch;

/// How far a lane has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    pub position: Position,
    /// When the log recorded the last folded event; `None` before the first one since the start.
    pub recorded_at: Option<OffsetDateTime>,
}

/// Shared by a lane and those who watch it.
#[derive(Debug, Clone)]
pub struct Status {
    progress: watch::Sender<Option<Progress>>,
    trouble: Arc<Mutex<Option<String>>>,
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

    pub(crate) fn moved(&self, progress: Progress) {
        self.progress.send_replace(Some(progress));
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(crate) fn failed(&self, why: String) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
    }

    /// For a health check: what the lane last failed at, if it has not moved since.
    pub fn check(&self) -> Result<(), String> {
        if let Some(trouble) = self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Err(trouble);
        }
        if self.progress().is_none() {
            Err("the checkpoint has not been read yet".to_owned())
        } else {
            Ok(())
        }
    }
}
