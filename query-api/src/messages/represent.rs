//! Rows as the API shows them.

use api_types::messages::{Edition, Message};
use data_set::read::{EditionRow, MessageRow};

pub(super) fn message(row: MessageRow) -> Message {
    Message {
        id: row.id.to_string(),
        text: row.text,
        tag: row.tags.first().cloned(),
        tags: row.tags,
        author: row.author.to_string(),
        created_at: row.created_at,
        edited_at: row.edited_at,
        in_reply_to: row.in_reply_to.map(|id| id.to_string()),
        edition: edition_number(row.edition),
    }
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
