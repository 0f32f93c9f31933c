//! How far a durable is behind the log.

use domain::{Position, Sequence};
use event_store::{EventLog, ReadError};
use time::OffsetDateTime;

use crate::durable::Durable;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lag {
    /// Events of the log that were not looked at, and those that are open.
    pub events: u64,
    /// Since the first of them was recorded.
    pub seconds: i64,
}

/// # Errors
/// Where the log cannot be read.
pub async fn lag(log: &dyn EventLog, durable: &Durable, now: OffsetDateTime) -> Result<Lag, ReadError> {
    let sequence = |position| Position::from_i64(position).unwrap_or_default().sequence().get();
    let (head, at) = (log.head().await?, sequence(durable.position));
    let next = (head.get() > at).then_some(at + 1);
    let Some(first) = durable.first_open().map(sequence).or(next) else {
        return Ok(Lag { events: 0, seconds: 0 });
    };
    let recorded = log.read(Sequence::new(first).unwrap_or_default()).await?;
    let seconds = recorded.map_or(0, |event| (now - event.recorded_at).whole_seconds().max(0));
    Ok(Lag { events: durable.behind_by(head), seconds })
}
