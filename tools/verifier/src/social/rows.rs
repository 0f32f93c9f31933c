//! The rows of messages, their tags and editions; and which tables there are.

use serde_json::{Value, json};

use super::records::Message;
use super::state::State;
use super::{counts, people};
use crate::rows::{Rows, Tables};
use crate::timestamp::text as timestamp;

pub(crate) const TABLES: [&str; 19] = [
    "account",
    "account_stat",
    "blocked",
    "bookmarked",
    "follow",
    "former_account",
    "liked",
    "message",
    "message_count",
    "message_edition",
    "message_stat",
    "message_tag",
    "moderation_action",
    "muted",
    "notification",
    "read_marker",
    "report",
    "reposted",
    "tombstone",
];

impl State {
    /// All rows of `social`. `split_from`: see migration 0013.
    pub fn rows(&self, split_from: i64) -> Tables {
        TABLES.map(|table| (table, self.table(table, split_from).into_iter().flatten().collect())).into()
    }

    /// The rows of one table, made one after the other; `None` for a table of somebody else.
    pub(crate) fn table(&self, table: &str, split_from: i64) -> Option<Rows<'_>> {
        Some(match table {
            "message" => Box::new(self.messages.iter().map(|(id, message)| row(*id, message))),
            "message_edition" => {
                Box::new(self.messages.iter().flat_map(|(id, message)| editions(*id, message)))
            }
            "message_tag" => Box::new(self.messages.iter().flat_map(|(id, message)| tags(*id, message))),
            "message_count" => Box::new(counts::rows(&self.messages, split_from).into_iter()),
            _ => return people::table(self, table),
        })
    }
}

fn row(id: i64, message: &Message) -> Value {
    let last = message.last();
    let is_edited = message.editions.len() > 1;
    json!({
        "id": id, "author": message.author, "text": last.text, "tags": last.tags,
        "in_reply_to": message.in_reply_to, "created_at": timestamp(message.created_at),
        "edited_at": is_edited.then(|| timestamp(last.at)), "edition": last.number,
        "imported_at": message.imported_at.map(timestamp), "edit_position": is_edited.then_some(last.position),
    })
}

/// All but the last one.
fn editions(id: i64, message: &Message) -> impl Iterator<Item = Value> + '_ {
    message.editions[..message.editions.len() - 1].iter().map(move |edition| {
        json!({
            "message": id, "edition": edition.number, "text": edition.text, "tags": edition.tags,
            "made_at": timestamp(edition.at),
        })
    })
}

fn tags(id: i64, message: &Message) -> impl Iterator<Item = Value> + '_ {
    let created_at = timestamp(message.created_at);
    let tags = message.last().tags.iter().map(String::as_str).chain([""]);
    tags.map(move |tag| json!({ "tag": tag, "created_at": created_at, "id": id, "author": message.author }))
}
