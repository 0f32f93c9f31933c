//! One event: read, looked at once more, and handed over.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use domain::Position;
use event_store::{Cause, EventLog, ReadError, known};

use crate::{line, words};

/// An event on its way out.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub position: i64,
    /// Of the CloudEvent.
    pub id: String,
    pub event_type: String,
    /// A CloudEvent in JSON, with its newline.
    pub line: Bytes,
    /// 1 and up.
    pub tries: u32,
}

/// What is done for each event.
#[async_trait]
pub trait Handler: Send + Sync + fmt::Debug {
    /// Dropping the future must end what it does.
    ///
    /// # Errors
    /// Why it was not done, for people.
    async fn handle(&self, event: Delivery) -> Result<(), String>;
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
    let delivery = match prepare(log, position, tries).await {
        Ok(Some(delivery)) => delivery,
        Ok(None) => return Delivered::Done,
        Err(error) => return Delivered::Unread(error),
    };
    let event_type = delivery.event_type.clone();
    match handler.handle(delivery).await {
        Ok(()) => Delivered::Done,
        Err(outcome) => Delivered::Failed { event_type, outcome },
    }
}

/// `None`: there is nothing to hand on, or nothing is left.
async fn prepare(log: &dyn EventLog, position: i64, tries: u32) -> Result<Option<Delivery>, ReadError> {
    let at = Position::from_i64(position).unwrap_or_default();
    // The feed met it, so it is there; a replica may not have it yet.
    let recorded = log.read(at.sequence()).await?;
    let recorded =
        recorded.ok_or_else(|| ReadError::Unavailable(Cause::new("an event that was met is not found")))?;
    let (Some(event), Some(envelope)) = (known(&recorded), recorded.envelope.as_ref()) else {
        return Ok(None);
    };
    let Some(line) = line(&recorded, &event) else { return Ok(None) };
    if let Some(account) = words::account(&event)
        && words::is_deactivated(log, account).await?
    {
        return Ok(None);
    }
    if let Some(message) = words::message(at, &event)
        && words::is_deleted(log, message).await?
    {
        return Ok(None);
    }
    let (id, event_type) = (envelope.event.0.to_string(), event.type_name());
    Ok(Some(Delivery { position, id, event_type, line, tries }))
}
