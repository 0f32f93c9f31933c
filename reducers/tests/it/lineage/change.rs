//! What else a field could say.

use std::fmt;

use data_set::published::events::{ITSELF, POSITION, RECORDED_AT};
use domain::{CommandId, EventId};
use event_store::TraceParent;
use reducers::KnownEvent;
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

use super::dependencies::Cause;
use super::story::{Happened, Story, fields_of};

/// What the envelope says of an event besides; no view may depend on it.
pub(super) const ENVELOPE: [&str; 8] =
    ["@id", "@time", "@command", "@fingerprint", "@actor", "@correlation", "@causation", "@traceparent"];

/// One field of one event, with something else in it.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) cause: Cause,
    index: usize,
    to: Other,
}

#[derive(Debug, Clone)]
enum Other {
    /// `None`: the field is not there.
    Data(Option<Value>),
    Sequence(u64),
    RecordedLater(Duration),
    /// The event is not there.
    Nothing,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "event {}, {} {} -> {:?}", self.index + 1, self.cause.0, self.cause.1, self.to)
    }
}

impl Change {
    /// The history with it, in the order of positions. `known` is that of the story.
    pub(super) fn made(&self, story: &Story, known: &[KnownEvent]) -> Vec<KnownEvent> {
        let mut events = known.to_vec();
        let mut event = story.events[self.index].clone();
        match &self.to {
            Other::Data(value) => {
                let data = event.data.as_object_mut().expect("data is an object");
                match value {
                    Some(value) => data.insert(self.cause.1.to_owned(), value.clone()),
                    None => data.remove(self.cause.1),
                };
            }
            Other::Sequence(sequence) => event.sequence = *sequence,
            Other::RecordedLater(by) => event.recorded_at += *by,
            Other::Nothing => {
                events.remove(self.index);
                return events;
            }
        }
        events[self.index] = event.known();
        events.sort_by_key(|event| event.position);
        events
    }
}

/// Every field of every event, with everything else that could matter.
pub(super) fn all(story: &Story) -> Vec<Change> {
    let mut changes = Vec::new();
    for (index, event) in story.events.iter().enumerate() {
        let change = |field, to| Change { cause: (event.name.clone(), field), index, to };
        for field in fields_of(&event.name) {
            let others = others(event, field, story).into_iter().map(Other::Data);
            changes.extend(others.map(|to| change(field, to)));
        }
        // A little, which changes no order, and so much that it does.
        let last = story.events.last().map_or(0, |event| event.sequence);
        let sequences = [event.sequence + 3, 1, last + 5];
        changes.extend(sequences.map(|to| change(POSITION, Other::Sequence(to))));
        changes.extend(
            [1, 60 * 24 * 30]
                .map(|minutes| change(RECORDED_AT, Other::RecordedLater(Duration::minutes(minutes)))),
        );
        changes.push(change(ITSELF, Other::Nothing));
    }
    changes
}

/// Other values of a field, and that it is not there where it need not be. A field that nobody thought of fails here.
fn others(event: &Happened, field: &str, story: &Story) -> Vec<Option<Value>> {
    let accounts = || ["1", "2", "3", "4", "5", "7", "9", "99"].map(|id| Some(json!(id))).to_vec();
    let of_type = |name: &str| {
        let events = story.events.iter().filter(|event| event.name.ends_with(name));
        events.map(|event| Some(json!(event.position().get().to_string()))).collect::<Vec<_>>()
    };
    let messages = || of_type("message.posted.v1");
    let times = || vec![Some(json!("2026-02-23T12:00:00Z")), None];
    let notes = || vec![Some(json!("another note")), None];
    let mut others = match field {
        "account" | "author" | "deletedBy" | "follower" | "followee" | "blocker" | "blocked" | "muter"
        | "muted" | "by" | "reporter" => accounts(),
        "message" if event.name.starts_with("rookery.report") => [messages(), vec![None]].concat(),
        "message" => messages(),
        "inReplyTo" => [messages(), vec![None]].concat(),
        "report" => of_type("report.filed.v1"),
        "until" => vec![Some(json!("256"))],
        "positions" => vec![Some(json!(["2560"]))],
        "originalTime" | "registeredAt" => times(),
        "text" | "displayName" | "bio" => vec![Some(json!("other words"))],
        "handle" => vec![Some(json!("other"))],
        "tags" => [json!([]), json!(["moths"]), json!(["birds", "moths"])].map(Some).to_vec(),
        "edition" => [2, 3, 7].map(|edition| Some(json!(edition))).to_vec(),
        "action" => ["warn", "lift"].map(|action| Some(json!(action))).to_vec(),
        "reason" if event.name.starts_with("rookery.event") => notes(),
        "reason" => vec![Some(json!("illegal"))],
        "restriction" => vec![Some(json!({ "level": "suspended", "reason": "spam" })), None],
        "roles" => [json!([]), json!(["analyst", "moderator"])].map(Some).to_vec(),
        "outcome" => ["acted", "dismissed"].map(|outcome| Some(json!(outcome))).to_vec(),
        "comment" | "note" | "operator" => notes(),
        "day" => vec![Some(json!(20_600))],
        "ofDay" => vec![Some(json!(9))],
        "projection" => vec![Some(json!("feeds"))],
        field => panic!("what else could {field} of {} say?", event.name),
    };
    others.retain(|other| other.as_ref() != event.data.get(field));
    others
}

/// The history in which something that the envelope says is another for every event.
pub(super) fn enveloped(story: &Story, fact: &str) -> Vec<KnownEvent> {
    let mut events = story.events.clone();
    for Happened { envelope, .. } in &mut events {
        match fact {
            "@id" => envelope.event = EventId(Uuid::now_v7()),
            "@time" => envelope.time += Duration::days(3),
            "@command" => envelope.command = CommandId(Uuid::now_v7()),
            "@fingerprint" => envelope.fingerprint = Some("0".repeat(32).parse().expect("a fingerprint")),
            "@actor" => envelope.actor = "4".parse().expect("an account"),
            "@correlation" => "another".clone_into(&mut envelope.correlation),
            "@causation" => "another".clone_into(&mut envelope.causation),
            "@traceparent" => {
                let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned();
                envelope.trace_parent = Some(TraceParent(trace));
            }
            fact => panic!("what else could {fact} say?"),
        }
    }
    events.iter().map(Happened::known).collect()
}
