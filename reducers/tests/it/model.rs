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

use crate::rows::{DIVIDED_FROM, Rows};
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

fn begin_of(time: OffsetDateTime, grain: &str) -> OffsetDateTime {
    let date = time.to_offset(time::UtcOffset::UTC).date();
    let (hour, minute, _) = time.to_offset(time::UtcOffset::UTC).to_hms();
    let begin = match grain {
        "all" => return OffsetDateTime::UNIX_EPOCH,
        "month" => date.replace_day(1).expect("a first").midnight(),
        "day" => date.midnight(),
        "hour" => date.with_hms(hour, 0, 0).expect("an hour"),
        _ => date.with_hms(hour, minute, 0).expect("a minute"),
    };
    begin.assume_utc()
}

/// Counts of messages per tag, in periods of the first grain and, in periods that hold many, of the others in turn. Which
/// are many is decided by the messages of any tag for an author, and by those of the tag alone for anybody.
fn count(rows: &mut Vec<Value>, author: i64, any: &[(&str, OffsetDateTime)], grains: &[&str]) {
    let Some((grain, finer)) = grains.split_first() else { return };
    let mut periods: BTreeMap<OffsetDateTime, Vec<(&str, OffsetDateTime)>> = BTreeMap::new();
    for (tag, at) in any {
        periods.entry(begin_of(*at, grain)).or_default().push((tag, *at));
    }
    for (begin, tagged) in periods {
        let mut by_tag: BTreeMap<&str, i64> = BTreeMap::new();
        tagged.iter().for_each(|(tag, _)| *by_tag.entry(tag).or_default() += 1);
        for (tag, messages) in &by_tag {
            if *grain != "all" || tag.is_empty() {
                rows.push(json!({
                    "author": author, "tag": tag, "grain": grain, "starts_at": moment(begin), "messages": messages,
                }));
            }
        }
        let deciding = if author == 0 { tagged[0].0 } else { "" };
        if by_tag[deciding] >= DIVIDED_FROM {
            count(rows, author, &tagged, finer);
        }
    }
}

fn counts(messages: &BTreeMap<i64, Message>) -> Vec<Value> {
    let mut of_tags: BTreeMap<&str, Vec<(&str, OffsetDateTime)>> = BTreeMap::new();
    let mut of_authors: BTreeMap<i64, Vec<(&str, OffsetDateTime)>> = BTreeMap::new();
    for message in messages.values() {
        let last = message.editions.last().expect("at least the first edition");
        for tag in last.tags.iter().map(String::as_str).chain([""]) {
            of_tags.entry(tag).or_default().push((tag, message.created_at));
            of_authors.entry(message.author).or_default().push((tag, message.created_at));
        }
    }
    let mut rows = Vec::new();
    of_tags.values().for_each(|tagged| count(&mut rows, 0, tagged, &["month", "day", "hour", "minute"]));
    for (author, tagged) in of_authors {
        count(&mut rows, author, &tagged, &["all", "month", "day", "hour", "minute"]);
    }
    rows
}

pub(crate) async fn all_events(log: &dyn EventLog) -> Vec<RecordedEvent> {
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
    for table in ["message", "message_tag", "message_edition"] {
        rows.insert(table, Vec::new());
    }
    rows.insert("message_count", counts(messages));
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
        }
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
