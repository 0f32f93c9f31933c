//! Events as they stand in a stream.

use api_types::messages::{DeletedMessage, ThreadMessage};
use api_types::notifications::Notification;
use api_types::streams::DeletedChange;
use api_types::timeline::FeedItem;
use bytes::Bytes;
use data_set::read::{AuthorRow, ChangeKey, ChangeKind, ChangeRow, ChangedRow};
use serde::Serialize;

use super::cursor::StreamCursor;
use super::filter::Kind;
use crate::view;

/// How long a client waits before it comes again: not all at the same moment.
pub(super) fn retry(milliseconds: u32) -> String {
    format!("retry: {milliseconds}\n\n")
}

/// Says that the stream lives, and how far it has come: a client goes on from there.
pub(super) fn heartbeat(reached: ChangeKey) -> Bytes {
    format!(":\nid: {}\n\n", StreamCursor(reached)).into()
}

/// Why the stream ends, for whoever reads it by eye.
pub(super) fn ending(reason: &str) -> Bytes {
    format!(": {reason}\n\n").into()
}

/// A change as it is shown now, or `None` where it is not shown. `shown` is its message, where that is there;
/// `reposter` whoever reposted it, where everybody may see who that is.
pub(super) fn change(
    change: &ChangeRow,
    shown: Option<&ChangedRow>,
    reposter: Option<&AuthorRow>,
) -> Option<Bytes> {
    let ChangeKey { position, message } = change.key;
    let cursor = StreamCursor(if change.is_one_of_many { change.key } else { ChangeKey::behind(position) });
    let kind = Kind::of(change.kind);
    match (change.kind, shown) {
        (ChangeKind::Deleted, _) => {
            let deleted = DeletedChange { id: message.to_string(), position: position.to_string() };
            write(cursor, kind, &deleted)
        }
        (_, Some(shown)) if shown.is_hidden => None,
        (ChangeKind::Reposted, Some(shown)) => {
            let (reposted_by, message) =
                (view::author(reposter?.clone()), view::message(shown.message.clone()));
            let item = FeedItem { position: position.to_string(), reposted_by: Some(reposted_by), message };
            write(cursor, kind, &item)
        }
        (ChangeKind::Reposted, None) => None,
        (ChangeKind::Posted | ChangeKind::Edited, Some(shown)) => {
            write(cursor, kind, &view::message(shown.message.clone()))
        }
        // It was deleted since, which comes later in the stream.
        (ChangeKind::Posted | ChangeKind::Edited, None) => {
            let gone = ThreadMessage::Deleted(DeletedMessage {
                id: message.to_string(),
                deleted: true,
                created_at: change.created_at,
                in_reply_to: change.in_reply_to.map(|id| id.to_string()),
            });
            write(cursor, kind, &gone)
        }
    }
}

pub(super) fn notification(position: i64, notification: &Notification) -> Option<Bytes> {
    write(StreamCursor::of_notification(position), Kind::Notification, notification)
}

fn write(cursor: StreamCursor, kind: Kind, data: &impl Serialize) -> Option<Bytes> {
    // These types are made of texts and numbers, which can be written; and JSON has no line breaks.
    let json = serde_json::to_string(data).ok()?;
    Some(format!("id: {cursor}\nevent: {}\ndata: {json}\n\n", kind.name()).into())
}
