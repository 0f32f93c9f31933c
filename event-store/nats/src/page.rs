//! One page of a subject's events: a batched direct get.

use event_store::RecordedEvent;
use serde_json::json;

use crate::direct_get;
use crate::stream::EventStream;

/// Events per page.
pub(crate) const PAGE: usize = 512;

/// `None`: these events have to be read singly, from the leader.
pub(crate) async fn of(stream: &EventStream, subject: &str, from: u64) -> Option<Vec<RecordedEvent>> {
    if stream.pages.is_avoided(subject) {
        return None;
    }
    let request = json!({ "seq": from, "next_by_subj": subject, "batch": PAGE });
    Some(direct_get::batch(stream, &request).await?.events)
}
