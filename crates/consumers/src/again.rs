//! An event that was met a while ago, as it is now.

use domain::Position;
use event_store::{Cause, EventLog, ReadError, known};

use crate::cloud_event::{Line, line};
use crate::words;

/// `None`: its words are gone meanwhile, or nothing of it is handed on.
///
/// # Errors
/// Where the log cannot be asked, or a replica does not have yet what was met.
pub async fn again(log: &dyn EventLog, position: Position) -> Result<Option<Line>, ReadError> {
    let recorded = log.read(position.sequence()).await?;
    let recorded =
        recorded.ok_or_else(|| ReadError::Unavailable(Cause::new("an event that was met is not found")))?;
    let Some(event) = known(&recorded) else { return Ok(None) };
    let Some(line) = line(&recorded, &event) else { return Ok(None) };
    if let Some(account) = words::account(&event)
        && words::is_deactivated(log, account).await?
    {
        return Ok(None);
    }
    match words::message(position, &event) {
        Some(message) if words::is_deleted(log, message).await? => Ok(None),
        _ => Ok(Some(line)),
    }
}
