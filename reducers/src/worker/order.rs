//! The order in which events are folded: the log's, also where they came in another one.

use domain::Position;
use event_store::RecordedEvent;
use fail_points::planted;

/// Events are missing between the checkpoint and what came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected the event behind position {after}, but the next one is at {found}")]
pub struct Gap {
    pub after: Position,
    pub found: Position,
}

/// Sorts what came, drops what was folded before or came twice, and makes sure that nothing is missing.
pub fn in_order(after: Position, mut events: Vec<RecordedEvent>) -> Result<Vec<RecordedEvent>, Gap> {
    if !events.is_sorted_by(|a, b| a.position < b.position) {
        events.sort_by_key(|event| event.position);
        events.dedup_by_key(|event| event.position);
    }
    events.retain(|event| event.position > after);
    let mut last = after.sequence();
    for event in &events {
        let sequence = event.position.sequence();
        if sequence != last.next() && !planted("tail-drops-on-reconnect") {
            return Err(Gap { after: Position::new(last, event.position.shard()), found: event.position });
        }
        last = sequence;
    }
    Ok(events)
}
