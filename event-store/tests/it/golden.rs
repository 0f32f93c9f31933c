//! One file per event type and version holds its bytes for ever. Never edit one; a new meaning gets a new version.

use bytes::Bytes;
use domain::{
    AccountId, CommandId, Event, EventId, MessageDeleted, MessageEdited, MessageEvent, MessageId,
    MessagePosted, Position, Tags, Text,
};
use event_store::{Decoded, Envelope, RecordedEvent, decode, encode};
use time::OffsetDateTime;
use uuid::Uuid;

fn account(number: i64) -> AccountId {
    AccountId::from_i64(number).expect("positive")
}

fn message() -> MessageId {
    "256".parse().expect("an id")
}

fn examples() -> Vec<(&'static str, &'static str, MessageEvent)> {
    let text = |raw| Text::parse(raw).expect("a text");
    let tags = |raw: &[&str]| Tags::parse(raw.iter().copied()).expect("tags");
    vec![
        (
            "rookery.message.posted.v1",
            include_str!("../golden/rookery.message.posted.v1.json"),
            MessageEvent::Posted(MessagePosted {
                author: account(7),
                text: text("Grüße, \"nightjar\" \u{1F426}"),
                tags: tags(&["birds", "at dusk"]),
                in_reply_to: Some(message()),
                original_time: Some(OffsetDateTime::from_unix_timestamp(1_700_000_000).expect("a time")),
            }),
        ),
        (
            "rookery.message.posted.v1",
            include_str!("../golden/rookery.message.posted.v1.minimal.json"),
            MessageEvent::Posted(MessagePosted {
                author: account(7),
                text: text("plain"),
                tags: Tags::default(),
                in_reply_to: None,
                original_time: None,
            }),
        ),
        (
            "rookery.message.edited.v1",
            include_str!("../golden/rookery.message.edited.v1.json"),
            MessageEvent::Edited(MessageEdited {
                message: message(),
                author: account(7),
                edition: 2,
                text: text("second thoughts"),
                tags: tags(&["birds"]),
            }),
        ),
        (
            "rookery.message.deleted.v1",
            include_str!("../golden/rookery.message.deleted.v1.json"),
            MessageEvent::Deleted(MessageDeleted {
                message: message(),
                author: account(7),
                deleted_by: account(1),
            }),
        ),
    ]
}

#[test]
fn every_event_type_is_written_as_its_golden_file_says() {
    for (event_type, golden, event) in examples() {
        let (found_type, data) = encode(&event).expect("encodes");
        assert_eq!(found_type, event_type);
        assert_eq!(std::str::from_utf8(&data).expect("text"), golden.trim_end());
    }
}

#[test]
fn every_golden_file_is_read_as_the_event_it_was() {
    for (event_type, golden, event) in examples() {
        let recorded = RecordedEvent {
            position: Position::from_i64(256).expect("positive"),
            subject: "ev.0.outbox.7".to_owned(),
            recorded_at: OffsetDateTime::UNIX_EPOCH,
            envelope: Some(Envelope {
                event: EventId(Uuid::nil()),
                event_type: event_type.to_owned(),
                time: OffsetDateTime::UNIX_EPOCH,
                command: CommandId(Uuid::nil()),
                actor: account(7),
                correlation: String::new(),
                causation: String::new(),
                trace_parent: None,
            }),
            data: Bytes::from_static(golden.as_bytes()),
        };
        assert_eq!(decode(&recorded).expect("decodes"), Decoded::Known(Event::Message(event)));
    }
}

/// The public description of the events must know every type, and of each type every field that is ever written.
#[test]
fn the_asyncapi_document_describes_every_event_and_field() {
    let document = include_str!("../../../docs/asyncapi.yaml");
    for (event_type, golden, _event) in examples() {
        let schema = document.split(&format!("\n    {event_type}:\n")).nth(1);
        let schema = schema.unwrap_or_else(|| panic!("asyncapi.yaml has no schema {event_type}"));
        let fields: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(golden).expect("an object");
        for field in fields.keys() {
            let own = schema.split("\n    rookery.").next().unwrap_or_default();
            assert!(own.contains(&format!("\n        {field}:")), "{event_type} lacks {field}");
        }
    }
}
