//! The rows that a state comes to.

use serde_json::json;

use super::state::{Message, State};
use super::{counts, people};
use crate::Tables;
use crate::moment::text as moment;

impl State {
    /// All rows of `social`. `divided_from`: see migration 0012.
    pub fn rows(&self, divided_from: i64) -> Tables {
        let mut tables = people::rows(self);
        self.messages.iter().for_each(|(id, message)| push(&mut tables, *id, message));
        for table in ["message", "message_tag", "message_edition"] {
            tables.entry(table).or_default();
        }
        tables.insert("message_count", counts::rows(&self.messages, divided_from));
        tables
    }
}

fn push(tables: &mut Tables, id: i64, message: &Message) {
    let last = message.last();
    let earlier = &message.editions[..message.editions.len() - 1];
    let created_at = moment(message.created_at);
    let mut push = |table: &'static str, row| tables.entry(table).or_default().push(row);
    push(
        "message",
        json!({
            "id": id, "author": message.author, "text": last.text, "tags": last.tags,
            "in_reply_to": message.in_reply_to, "created_at": created_at,
            "edited_at": (!earlier.is_empty()).then(|| moment(last.at)), "edition": last.number,
        }),
    );
    for edition in earlier {
        push(
            "message_edition",
            json!({
                "message": id, "edition": edition.number, "text": edition.text, "tags": edition.tags,
                "made_at": moment(edition.at),
            }),
        );
    }
    for tag in last.tags.iter().map(String::as_str).chain([""]) {
        let author = message.author;
        push("message_tag", json!({ "tag": tag, "created_at": created_at, "id": id, "author": author }));
    }
}
