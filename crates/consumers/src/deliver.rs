//! One event: read, looked at once more, and handed over.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use domain::Position;
use event_store::{EventLog, ReadError};

use crate::again::again;
use crate::cloud_event::Line;

/// Why an event was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// For people.
    pub outcome: String,
    /// It is not tried again before; at most as long as the longest pause.
    pub wait: Duration,
}

/// What is done for each event.
#[async_trait]
pub trait Handler: Send + Sync + fmt::Debug {
    /// `tries`: 1 and up. Dropping the future must end what it does.
    ///
    /// # Errors
    /// Where it was not done.
    async fn handle(&self, event: &Line, tries: u32) -> Result<(), Failure>;
}

impl From<String> for Failure {
    fn from(outcome: String) -> Self {
        Self { outcome, wait: Duration::ZERO }
    }
}

#[derive(Debug)]
pub(crate) enum Delivered {
    Done,
    /// Nothing of it is handed on any more.
    LeftOut,
    Failed(Box<Line>, Failure),
    /// The log could not be asked: no try.
    Unread(ReadError),
}

pub(crate) async fn deliver(
    log: &dyn EventLog,
    handler: &dyn Handler,
    position: i64,
    tries: u32,
) -> Delivered {
    let line = match again(log, Position::from_i64(position).unwrap_or_default()).await {
        Ok(Some(line)) => line,
        Ok(None) => return Delivered::LeftOut,
        Err(error) => return Delivered::Unread(error),
    };
    match handler.handle(&line, tries).await {
        Ok(()) => Delivered::Done,
        Err(failure) => Delivered::Failed(Box::new(line), failure),
    }
}
