//! One event: read, looked at once more, and handed over.

use std::fmt;

use async_trait::async_trait;
use domain::Position;
use event_store::{EventLog, ReadError};

use crate::again::again;
use crate::cloud_event::Line;

/// What is done for each event.
#[async_trait]
pub trait Handler: Send + Sync + fmt::Debug {
    /// `tries`: 1 and up. Dropping the future must end what it does.
    ///
    /// # Errors
    /// Why it was not done, for people.
    async fn handle(&self, event: &Line, tries: u32) -> Result<(), String>;
}

#[derive(Debug)]
pub(crate) enum Delivered {
    /// Or nothing of it is handed on any more.
    Done,
    Failed {
        event_type: String,
        outcome: String,
    },
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
        Ok(None) => return Delivered::Done,
        Err(error) => return Delivered::Unread(error),
    };
    let event_type = line.event_type.clone();
    match handler.handle(&line, tries).await {
        Ok(()) => Delivered::Done,
        Err(outcome) => Delivered::Failed { event_type, outcome },
    }
}
