//! When events were recorded, as the rows of `event_time`.

use std::collections::BTreeMap;

use data_set::write::EventTimeRow;
use domain::{Event, MessageEvent, SHARD_BITS};
use time::OffsetDateTime;

use crate::projections::KnownEvent;
use crate::projections::social::whole_micros;

/// A block has 2^6 parts. Fewer would make more levels, each of which is a row that every event raises; more would make
/// a search read more of them. The last level has one block for each 2^36 events.
const LEVELS: [i16; 7] = [0, 6, 12, 18, 24, 30, 36];

/// Recorded and created.
type Times = (OffsetDateTime, Option<OffsetDateTime>);

/// Of the events of a batch and of all blocks around them, in the order of the key.
pub(super) fn of(events: &[KnownEvent]) -> Vec<EventTimeRow> {
    let mut newest: BTreeMap<(i16, i64), Times> = BTreeMap::new();
    for known in events {
        let recorded_at = whole_micros(known.recorded_at);
        let created_at = match &known.event {
            Event::Message(MessageEvent::Posted(event)) => {
                Some(event.original_time.map_or(recorded_at, whole_micros))
            }
            _ => None,
        };
        for level in LEVELS {
            let block = known.position.get() >> SHARD_BITS >> level;
            let times = newest.entry((level, block)).or_insert((recorded_at, created_at));
            // None is less than any time.
            *times = (times.0.max(recorded_at), times.1.max(created_at));
        }
    }
    newest
        .into_iter()
        .map(|((level, block), (recorded_at, created_at))| EventTimeRow {
            level,
            block,
            recorded_at,
            created_at,
        })
        .collect()
}
