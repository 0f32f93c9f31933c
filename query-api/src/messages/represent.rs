//! Rows as the API shows them.

use api_types::messages::{DeletedMessage, Edition, Message, ThreadMessage};
use data_set::read::{EditionRow, MessageRow, ThreadRow};

use crate::accounts::represent::author;

pub(crate) fn message(row: MessageRow) -> Message {
    Message {
        id: row.id.to_string(),
        text: row.text,
        tag: row.tags.first().cloned(),
        tags: row.tags,
        author: author(row.author),
        created_at: row.created_at,
        edited_at: row.edited_at,
        in_reply_to: row.in_reply_to.map(|id| id.to_string()),
        edition: edition_number(row.edition),
        likes: row.likes,
        reposts: row.reposts,
        replies: row.replies,
        liked: row.liked,
        reposted: row.reposted,
    }
}

pub(crate) fn messages(rows: Vec<MessageRow>) -> Vec<Message> {
    rows.into_iter().map(message).collect()
}

pub(super) fn part_of_thread(row: ThreadRow) -> ThreadMessage {
    match row {
        ThreadRow::Message(row) => ThreadMessage::Message(Box::new(message(*row))),
        ThreadRow::Deleted(row) => ThreadMessage::Deleted(DeletedMessage {
            id: row.id.to_string(),
            deleted: true,
            created_at: row.created_at,
            in_reply_to: row.in_reply_to.map(|id| id.to_string()),
        }),
    }
}

pub(super) fn parts_of_thread(rows: Vec<ThreadRow>) -> Vec<ThreadMessage> {
    rows.into_iter().map(part_of_thread).collect()
}

pub(super) fn edition(row: EditionRow) -> Edition {
    Edition {
        edition: edition_number(row.edition),
        text: row.text,
        tag: row.tags.first().cloned(),
        tags: row.tags,
        made_at: row.made_at,
    }
}

/// Editions are numbered from 1, so none is negative.
fn edition_number(edition: i32) -> u32 {
    u32::try_from(edition).unwrap_or_default()
}
