//! Where a moment is in a log.

use domain::Sequence;
use time::OffsetDateTime;

use crate::{Cause, EventLog, ReadError};

/// The first sequence that was recorded at a time or later; behind the head, if none was. Halves the log, as the
/// broker's clock goes forwards; where it was set back, events around that time may be missed.
///
/// # Errors
/// Where the log cannot be read.
pub async fn first_since(log: &dyn EventLog, time: OffsetDateTime) -> Result<Sequence, ReadError> {
    let (mut low, mut high) = (1, log.head().await?.get() + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let event = log.read(Sequence::new(middle).unwrap_or(Sequence::MAX)).await?;
        let missing =
            || ReadError::Unavailable(Cause::new(format!("there is no event at sequence {middle}")));
        if event.ok_or_else(missing)?.recorded_at < time { low = middle + 1 } else { high = middle }
    }
    Ok(Sequence::new(low).unwrap_or(Sequence::MAX))
}
