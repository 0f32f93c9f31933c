//! A slow, separate model of the projection: no SQL, no batches, no shared code but the decoding of events. The state
//! takes one event after the other; its rows are made of the state at the end.

mod people;
mod state;

use std::collections::BTreeMap;

use domain::Sequence;
use event_store::{EventLog, RecordedEvent};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::rows::Rows;
use state::{Message, State};

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

/// The rows that the log must come to.
pub(crate) async fn rows_of(log: &dyn EventLog) -> Rows {
    rows_of_events(&all_events(log).await)
}

pub(crate) fn rows_of_events(events: &[RecordedEvent]) -> Rows {
    let mut state = State::default();
    events.iter().for_each(|recorded| state.apply(recorded));
    let mut rows = people::rows(&state);
    rows.extend(message_rows(&state.messages));
    rows.into_iter().map(|(table, rows)| (table.to_owned(), normal(&rows))).collect()
}

fn message_rows(messages: &BTreeMap<i64, Message>) -> BTreeMap<&'static str, Vec<Value>> {
    let mut rows: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for table in ["message", "message_tag", "message_edition", "tag_count", "author_count"] {
        rows.insert(table, Vec::new());
    }
    let mut tag_counts: BTreeMap<(String, &str, String), i64> = BTreeMap::new();
    let mut author_counts: BTreeMap<(i64, String, String), i64> = BTreeMap::new();
    for (id, message) in messages {
        let (last, earlier) = message.editions.split_last().expect("at least the first edition");
        let created_at = moment(message.created_at);
        let mut push = |table: &str, row: Value| rows.get_mut(table).expect("a table").push(row);
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
    rows
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
