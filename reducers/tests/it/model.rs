//! What the oracle makes of the same log.

use domain::Sequence;
use event_store::{Decoded, EventLog, RecordedEvent, decode};
use serde_json::Value;
use verifier::Inputs;

use crate::rows::{Rows, SPLIT_FROM};

pub(crate) async fn all_events(log: &dyn EventLog) -> Vec<RecordedEvent> {
    let mut events = Vec::new();
    let head = log.head().await.expect("a head").get();
    for sequence in 1..=head {
        let sequence = Sequence::new(sequence).expect("small");
        events.push(log.read(sequence).await.expect("readable").expect("there"));
    }
    events
}

/// The rows that the log must give.
pub(crate) async fn rows_of(log: &dyn EventLog) -> Rows {
    rows_of_events(&all_events(log).await)
}

pub(crate) fn rows_of_events(events: &[RecordedEvent]) -> Rows {
    let mut state = verifier::social::State::default();
    for recorded in events {
        if let Ok(Decoded::Known(event)) = decode(recorded) {
            state.apply(recorded.position.get(), recorded.recorded_at, event);
        }
    }
    let rows = state.rows(SPLIT_FROM);
    rows.into_iter().map(|(table, rows)| (table.to_owned(), normal(&rows))).collect()
}

fn normal(rows: &[Value]) -> Vec<String> {
    let mut rows: Vec<String> = rows.iter().map(Value::to_string).collect();
    rows.sort();
    rows
}

/// Brings rows as Postgres printed them into the oracle's form.
pub(crate) fn normalised(rows: Rows) -> Rows {
    let parse = |row: &String| serde_json::from_str::<Value>(row).expect("Postgres writes JSON");
    rows.into_iter()
        .map(|(table, rows)| (table, normal(&rows.iter().map(parse).collect::<Vec<_>>())))
        .collect()
}

/// The rows of `history` that events must give.
pub(crate) fn past_of(events: &[RecordedEvent]) -> Rows {
    let mut state = verifier::history::State::default();
    for recorded in events {
        if let Ok(Decoded::Known(event)) = decode(recorded) {
            state.apply(recorded.position.get(), recorded.recorded_at, event);
        }
    }
    state.rows().into_iter().map(|(table, rows)| (table.to_owned(), normal(&rows))).collect()
}

/// The home timelines that events must give.
pub(crate) fn feeds_of(events: &[RecordedEvent]) -> verifier::feeds::State {
    let mut state = verifier::feeds::State::default();
    for recorded in events {
        if let Ok(Decoded::Known(event)) = decode(recorded) {
            state.apply(recorded.position.get(), &event);
        }
    }
    state
}

pub(crate) fn rows_of_feeds(state: &verifier::feeds::State, inputs: &Inputs) -> Rows {
    let rows = state.rows(inputs);
    rows.into_iter().map(|(table, rows)| (table.to_owned(), normal(&rows))).collect()
}
