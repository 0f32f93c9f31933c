//! Where a stream comes from, as its metadata tells.
//!
//! ```text
//!   made          rookery.format, rookery.lineage = id          lineage: id@<when this stream was made>
//!   being filled  rookery.restoring = lineage of the archive    not ours: nobody opens it
//!   restored      rookery.format, rookery.lineage = id
//!                 rookery.restored.lineage, .created, .until    lineage: that of the archive
//! ```
//!
//! Our own id survives every copy of a stream, the time at which the broker made it does not; so together they name one
//! stream. A restored one has another time than the one it stands for, and says for which: but only together with its
//! own time, so that a copy of it is not taken for it.

use std::collections::HashMap;

use uuid::Uuid;

use async_nats::jetstream::stream::Info;
use event_store::{LOG_FORMAT, Lineage};

type Metadata = HashMap<String, String>;

const FORMAT: &str = "rookery.format";
/// Of streams that were made before they said it.
const UNTOLD_FORMAT: &str = "0";
const LINEAGE: &str = "rookery.lineage";
const RESTORING: &str = "rookery.restoring";
const RESTORED_LINEAGE: &str = "rookery.restored.lineage";
const RESTORED_CREATED: &str = "rookery.restored.created";
const RESTORED_UNTIL: &str = "rookery.restored.until";

/// Of a new log.
pub(crate) fn new() -> Metadata {
    [(FORMAT.to_owned(), LOG_FORMAT.to_owned()), (LINEAGE.to_owned(), Uuid::now_v7().to_string())].into()
}

/// Of a stream that is being filled from an archive of that lineage.
pub(crate) fn restoring(lineage: &Lineage) -> Metadata {
    [(RESTORING.to_owned(), lineage.to_string())].into()
}

/// Makes a stream that was filled up to a sequence the log of that lineage. `created`: when it was made, in
/// nanoseconds.
pub(crate) fn restored(metadata: &mut Metadata, lineage: &Lineage, created: i128, until: u64) {
    let id = lineage.0.split('@').next().unwrap_or_default();
    metadata.remove(RESTORING);
    metadata.insert(FORMAT.to_owned(), LOG_FORMAT.to_owned());
    metadata.insert(LINEAGE.to_owned(), id.to_owned());
    metadata.insert(RESTORED_LINEAGE.to_owned(), lineage.to_string());
    metadata.insert(RESTORED_CREATED.to_owned(), created.to_string());
    metadata.insert(RESTORED_UNTIL.to_owned(), until.to_string());
}

pub(crate) fn is_ours(metadata: &Metadata) -> bool {
    metadata.contains_key(LINEAGE)
}

/// The shape of its events.
pub(crate) fn format(metadata: &Metadata) -> &str {
    metadata.get(FORMAT).map_or(UNTOLD_FORMAT, String::as_str)
}

pub(crate) fn is_being_restored(metadata: &Metadata) -> bool {
    metadata.contains_key(RESTORING)
}

/// Of what it is being filled from.
pub(crate) fn restored_from(metadata: &Metadata) -> Option<Lineage> {
    metadata.get(RESTORING).map(|lineage| Lineage(lineage.as_str().into()))
}

/// Up to where its events keep their times in a header; 0: nowhere. This is so in a copy, too.
pub(crate) fn restored_until(metadata: &Metadata) -> u64 {
    if is_being_restored(metadata) {
        return u64::MAX;
    }
    metadata.get(RESTORED_UNTIL).and_then(|until| until.parse().ok()).unwrap_or(0)
}

pub(crate) fn lineage(metadata: &Metadata, created: i128) -> Lineage {
    let is_itself = metadata.get(RESTORED_CREATED).is_some_and(|told| *told == created.to_string());
    match metadata.get(RESTORED_LINEAGE) {
        Some(restored) if is_itself => Lineage(restored.as_str().into()),
        _ => {
            let id = metadata.get(LINEAGE).map_or("", String::as_str);
            Lineage(format!("{id}@{created}").into())
        }
    }
}

/// Which log a stream is.
pub(crate) fn lineage_of(info: &Info) -> Lineage {
    lineage(&info.config.metadata, info.created.unix_timestamp_nanos())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restored_stream_stands_for_the_one_it_came_from_and_its_copies_do_not() {
        let original = lineage(&new(), 5);
        let mut metadata = restoring(&original);
        assert!(!is_ours(&metadata) && is_being_restored(&metadata));
        assert_eq!(restored_from(&metadata), Some(original.clone()));
        restored(&mut metadata, &original, 7, 40);
        assert!(is_ours(&metadata) && !is_being_restored(&metadata));
        assert_eq!(lineage(&metadata, 7), original);
        assert_ne!(lineage(&metadata, 8), original);
        assert_eq!(restored_until(&metadata), 40);

        let mut again = restoring(&lineage(&metadata, 7));
        restored(&mut again, &original, 9, 50);
        assert_eq!(lineage(&again, 9), original);
        assert_ne!(lineage(&again, 7), original);
    }
}
