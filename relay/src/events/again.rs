//! An event that was read a while ago, as it is now.

use domain::Position;
use event_store::{EventLog, ReadError, known};

use super::{Line, line, words};

/// `None`: its words are gone meanwhile, or nothing of it is handed on.
pub(crate) async fn again(log: &dyn EventLog, position: Position) -> Result<Option<Line>, ReadError> {
    let Some(recorded) = log.read(position.sequence()).await? else { return Ok(None) };
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
