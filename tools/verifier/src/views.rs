//! The views of `published`, made of the tables of a fold: what migrations say in SQL, said a second time.

mod daily_activity;

use std::collections::BTreeMap;

use domain::SHARD_BITS;
use serde_json::{Value, json};

use crate::rows::Rows;

/// The tables that views are made of.
pub(crate) trait Tables {
    fn table(&self, name: &str) -> Option<Rows<'_>>;
}

/// With columns that the view does not show: who compares takes those that it wants.
pub(crate) fn rows(view: &str, tables: &impl Tables) -> Option<Vec<Value>> {
    let table = |name: &str| Some(tables.table(name)?.collect::<Vec<Value>>());
    let with_text = |name: &str, id: &str, text: &str| Some(add_text(table(name)?, id, text));
    match view {
        "accounts" => table("account"),
        "former_accounts" => table("former_account"),
        "account_stats" => table("account_stat"),
        "follows" => table("follow"),
        "moderation_actions" => table("moderation_action"),
        "likes" => with_text("liked", "message", "message_id_text"),
        "reposts" => with_text("reposted", "message", "message_id_text"),
        "message_stats" => with_text("message_stat", "message", "message_id_text"),
        "reports" => with_text("report", "message", "message_id_text"),
        "message_tags" => with_text("message_tag", "id", "id_text"),
        "messages" => Some(messages(table("message")?, table("message_stat")?)),
        "message_editions" => Some(editions(table("message_edition")?, table("message")?)),
        "deleted_messages" => Some(deleted(table("tombstone")?)),
        "message_ids" => Some(ids(&table("message")?, &table("tombstone")?)),
        "tag_counts" => Some(tag_counts(&table("message")?)),
        "author_counts" => Some(author_counts(&table("message")?)),
        "daily_activity" => Some(daily_activity::rows(tables)?),
        "follow_history" => table("follow"),
        "like_history" => with_text("liked", "message", "message_id_text"),
        "repost_history" => with_text("reposted", "message", "message_id_text"),
        "edit_history" => with_text("edition", "message", "message_id_text"),
        "deletion_history" => Some(ended(table("message")?)),
        "event_times" => Some(times(table("event_time")?)),
        _ => None,
    }
}

fn text(id: &Value) -> Value {
    id.as_i64().map_or(Value::Null, |id| json!(id.to_string()))
}

fn add_text(mut rows: Vec<Value>, id: &str, companion: &str) -> Vec<Value> {
    rows.iter_mut().for_each(|row| row[companion] = text(&row[id]));
    rows
}

fn messages(rows: Vec<Value>, stats: Vec<Value>) -> Vec<Value> {
    let stats: BTreeMap<i64, Value> =
        stats.into_iter().filter_map(|row| Some((row["message"].as_i64()?, row))).collect();
    let mut rows = add_text(add_text(rows, "id", "id_text"), "in_reply_to", "in_reply_to_id_text");
    for row in &mut rows {
        let stats = row["id"].as_i64().and_then(|id| stats.get(&id));
        for count in ["likes", "reposts", "replies"] {
            row[count] = stats.map_or(json!(0), |stats| stats[count].clone());
        }
        let (imported, edited) = (row["imported_at"].clone(), row["edit_position"].clone());
        row["is_imported"] = json!(!imported.is_null());
        row["recorded_at"] = if imported.is_null() { row["created_at"].clone() } else { imported };
        row["changed_position"] = if edited.is_null() { row["id"].clone() } else { edited };
    }
    rows
}

/// Those that were replaced, and the latest ones.
fn editions(mut replaced: Vec<Value>, messages: Vec<Value>) -> Vec<Value> {
    replaced.extend(messages.into_iter().map(|mut row| {
        row["message"] = row["id"].clone();
        row["made_at"] =
            if row["edited_at"].is_null() { row["created_at"].clone() } else { row["edited_at"].clone() };
        row
    }));
    add_text(replaced, "message", "message_id_text")
}

fn deleted(rows: Vec<Value>) -> Vec<Value> {
    let mut rows = add_text(add_text(rows, "id", "id_text"), "in_reply_to", "in_reply_to_id_text");
    for row in &mut rows {
        row["changed_position"] = row["position"].clone();
        let cause = match (row["is_deactivation"] == true, row["deleted_by"] == row["author"]) {
            (true, _) => "deactivation",
            (false, true) => "author",
            (false, false) => "admin",
        };
        row["cause"] = json!(cause);
    }
    rows
}

/// Of what was ever there, what is no more.
fn ended(mut rows: Vec<Value>) -> Vec<Value> {
    rows.retain(|row| !row["to_position"].is_null());
    for row in &mut rows {
        for (column, of) in [("message", "id"), ("position", "to_position"), ("deleted_at", "to_at")] {
            row[column] = row[of].clone();
        }
    }
    add_text(rows, "id", "message_id_text")
}

/// Of the blocks of events, those that are one event.
fn times(mut rows: Vec<Value>) -> Vec<Value> {
    rows.retain(|row| row["level"] == 0);
    for row in &mut rows {
        row["position"] = json!(row["block"].as_i64().unwrap_or_default() << SHARD_BITS);
    }
    rows
}

/// What is there, what was, and what somebody answered although it never was.
fn ids(messages: &[Value], tombstones: &[Value]) -> Vec<Value> {
    let mut states: BTreeMap<i64, &str> = BTreeMap::new();
    let answered = messages.iter().chain(tombstones).filter_map(|row| row["in_reply_to"].as_i64());
    states.extend(answered.map(|id| (id, "unknown")));
    for row in tombstones {
        let state = if row["created_at"].is_null() { "unknown" } else { "deleted" };
        states.extend(row["id"].as_i64().map(|id| (id, state)));
    }
    states.extend(messages.iter().filter_map(|row| Some((row["id"].as_i64()?, "present"))));
    states
        .into_iter()
        .map(|(id, state)| json!({ "id": id, "id_text": id.to_string(), "state": state }))
        .collect()
}

/// How much of a time in UTC, as Postgres prints it, is left of it at the begin of each period.
const GRANULARITIES: [(&str, usize, &str); 4] = [
    ("month", "2026-03".len(), "-01T00:00:00+00:00"),
    ("day", "2026-03-01".len(), "T00:00:00+00:00"),
    ("hour", "2026-03-01T23".len(), ":00:00+00:00"),
    ("minute", "2026-03-01T23:30".len(), ":00+00:00"),
];

fn begin(created_at: &str, length: usize, rest: &str) -> String {
    format!("{}{rest}", created_at.get(..length).unwrap_or(created_at))
}

/// The tags of a message, and the empty one, which stands for any.
fn tags(message: &Value) -> impl Iterator<Item = &str> {
    message["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).chain([""])
}

fn tag_counts(messages: &[Value]) -> Vec<Value> {
    let mut counts: BTreeMap<(&str, &str, String), i64> = BTreeMap::new();
    for message in messages {
        let created_at = message["created_at"].as_str().unwrap_or_default();
        for tag in tags(message) {
            for (name, length, rest) in GRANULARITIES {
                *counts.entry((tag, name, begin(created_at, length, rest))).or_default() += 1;
            }
        }
    }
    let row = |((tag, name, begin), messages)| json!({ "tag": tag, "grain": name, "starts_at": begin, "messages": messages });
    counts.into_iter().map(row).collect()
}

fn author_counts(messages: &[Value]) -> Vec<Value> {
    let (_, length, rest) = GRANULARITIES[1];
    let mut counts: BTreeMap<(i64, &str, String), i64> = BTreeMap::new();
    for message in messages {
        let created_at = message["created_at"].as_str().unwrap_or_default();
        let author = message["author"].as_i64().unwrap_or_default();
        for tag in tags(message) {
            *counts.entry((author, tag, begin(created_at, length, rest))).or_default() += 1;
        }
    }
    let row = |((author, tag, begin), messages)| json!({ "author": author, "tag": tag, "starts_at": begin, "messages": messages });
    counts.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;

    impl Tables for Nothing {
        fn table(&self, _: &str) -> Option<Rows<'_>> {
            Some(Box::new(std::iter::empty()))
        }
    }

    /// Else its files could not be proven.
    #[test]
    fn every_data_set_can_be_made_of_the_oracles_tables() {
        for data_set in data_set::export::all() {
            assert!(rows(data_set.name, &Nothing).is_some(), "{} is not made", data_set.name);
        }
    }
}
