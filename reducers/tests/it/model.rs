//! A slow, separate model of the projection: no SQL, no batches, no shared code but the decoding of events.

use std::collections::BTreeMap;

use domain::{Event, MessageEvent, Sequence};
use event_store::{Decoded, EventLog, RecordedEvent, decode};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::rows::Rows;

struct Edition {
    text: String,
    tags: Vec<String>,
    at: OffsetDateTime,
}

struct Message {
    author: i64,
    created_at: OffsetDateTime,
    in_reply_to: Option<i64>,
    editions: Vec<Edition>,
}

/// As Postgres writes a timestamptz into JSON, in UTC.
fn moment(time: OffsetDateTime) -> String {
    let time = time.to_offset(time::UtcOffset::UTC);
    let seconds =
        time.format(format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]")).expect("formats");
    let micros = time.microsecond();
    if micros == 0 {
        return format!("{seconds}+00:00");
    }
    format!("{seconds}.{}+00:00", format!("{micros:06}").trim_end_matches('0'))
}

fn begin_of(time: OffsetDateTime, width_s: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(time.unix_timestamp().div_euclid(width_s) * width_s).expect("valid")
}

async fn all_events(log: &dyn EventLog) -> Vec<RecordedEvent> {
    let mut events = Vec::new();
    let head = log.head().await.expect("a head").get();
    for sequence in 1..=head {
        let sequence = Sequence::new(sequence).expect("small");
        events.push(log.read(sequence).await.expect("readable").expect("there"));
    }
    events
}

fn apply(messages: &mut BTreeMap<i64, Message>, tombstones: &mut Vec<Value>, recorded: &RecordedEvent) {
    let Ok(Decoded::Known(Event::Message(event))) = decode(recorded) else { return };
    match event {
        MessageEvent::Posted(event) => {
            let created_at = event.original_time.unwrap_or(recorded.recorded_at);
            let edition =
                Edition { text: event.text.into_string(), tags: event.tags.into_strings(), at: created_at };
            let message = Message {
                author: event.author.get(),
                created_at,
                in_reply_to: event.in_reply_to.map(|target| target.get()),
                editions: vec![edition],
            };
            messages.insert(recorded.position.get(), message);
        }
        MessageEvent::Edited(event) => {
            if let Some(message) = messages.get_mut(&event.message.get()) {
                message.editions.push(Edition {
                    text: event.text.into_string(),
                    tags: event.tags.into_strings(),
                    at: recorded.recorded_at,
                });
            }
        }
        MessageEvent::Deleted(event) => {
            messages.remove(&event.message.get());
            tombstones.push(json!({
                "id": event.message.get(), "author": event.author.get(),
                "deleted_by": event.deleted_by.get(), "deleted_at": moment(recorded.recorded_at),
            }));
        }
    }
}

/// The rows that the log must come to.
pub(crate) async fn rows_of(log: &dyn EventLog) -> Rows {
    let mut messages = BTreeMap::new();
    let mut tombstones = Vec::new();
    for recorded in all_events(log).await {
        apply(&mut messages, &mut tombstones, &recorded);
    }
    let mut rows: BTreeMap<&str, Vec<Value>> = BTreeMap::from([("tombstone", tombstones)]);
    for table in ["message", "message_tag", "message_edition", "tag_count", "author_count"] {
        rows.insert(table, Vec::new());
    }
    let mut tag_counts: BTreeMap<(String, &str, String), i64> = BTreeMap::new();
    let mut author_counts: BTreeMap<(i64, String, String), i64> = BTreeMap::new();
    for (id, message) in &messages {
        let (last, earlier) = message.editions.split_last().expect("at least the first edition");
        let created_at = moment(message.created_at);
        let mut push = |table: &str, row: Value| rows.get_mut(table).expect("a table").push(row);
        push(
            "message",
            json!({
                "id": id, "author": message.author, "text": last.text, "tags": last.tags,
                "in_reply_to": message.in_reply_to, "created_at": created_at,
                "edited_at": (!earlier.is_empty()).then(|| moment(last.at)), "edition": message.editions.len(),
            }),
        );
        for (index, edition) in earlier.iter().enumerate() {
            push(
                "message_edition",
                json!({
                    "message": id, "edition": index + 1, "text": edition.text, "tags": edition.tags,
                    "made_at": moment(edition.at),
                }),
            );
        }
        for tag in last.tags.iter().map(String::as_str).chain([""]) {
            push(
                "message_tag",
                json!({
                    "tag": tag, "created_at": created_at, "id": id, "author": message.author,
                }),
            );
            for (grain, width_s) in [("minute", 60), ("hour", 3_600), ("day", 86_400)] {
                let begin = moment(begin_of(message.created_at, width_s));
                *tag_counts.entry((tag.to_owned(), grain, begin)).or_default() += 1;
            }
            let day = moment(begin_of(message.created_at, 86_400));
            *author_counts.entry((message.author, tag.to_owned(), day)).or_default() += 1;
        }
    }
    for ((tag, grain, starts_at), count) in tag_counts {
        let row = json!({ "tag": tag, "grain": grain, "starts_at": starts_at, "messages": count });
        rows.entry("tag_count").or_default().push(row);
    }
    for ((author, tag, starts_at), count) in author_counts {
        let row = json!({ "author": author, "tag": tag, "starts_at": starts_at, "messages": count });
        rows.entry("author_count").or_default().push(row);
    }
    rows.into_iter().map(|(table, rows)| (table.to_owned(), normal(&rows))).collect()
}

fn normal(rows: &[Value]) -> Vec<String> {
    let mut rows: Vec<String> = rows.iter().map(Value::to_string).collect();
    rows.sort();
    rows
}

/// Brings rows as Postgres printed them into the model's form.
pub(crate) fn normalised(rows: Rows) -> Rows {
    let parse = |row: &String| serde_json::from_str::<Value>(row).expect("Postgres writes JSON");
    rows.into_iter()
        .map(|(table, rows)| (table, normal(&rows.iter().map(parse).collect::<Vec<_>>())))
        .collect()
}
