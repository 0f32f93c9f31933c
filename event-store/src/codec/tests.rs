//! A type with a history: `rookery.message.posted` as a later version of this code might know it. Version 2 calls
//! `text` `body`, version 3 says who may see a message. What golden files hold of version 1 must still be read.

use serde_json::{Value, json};

use super::{DecodeError, Decoded, History, Type, decode, read};
use crate::upcast::Fields;

const POSTED_V1: &[u8] = include_bytes!("../../tests/golden/rookery.message.posted.v1.json");

/// The newest version.
#[derive(Debug, PartialEq, Eq, serde::Deserialize)]
struct Posted {
    author: String,
    body: String,
    audience: String,
}

fn body_was_called_text(mut fields: Fields) -> Result<Fields, String> {
    let text = fields.remove("text").ok_or("it has no text")?;
    fields.insert("body".to_owned(), text);
    Ok(fields)
}

fn everybody_saw_everything(mut fields: Fields) -> Result<Fields, String> {
    fields.insert("audience".to_owned(), json!("everybody"));
    Ok(fields)
}

const TYPES: &[Type<Posted>] = &[Type {
    history: History {
        base: "rookery.message.posted",
        steps: &[body_was_called_text, everybody_saw_everything],
    },
    parse: |data| serde_json::from_slice(data),
    fields: || &[],
}];

fn posted(version: u32, data: &[u8]) -> Result<Option<Posted>, DecodeError> {
    read(TYPES, &format!("rookery.message.posted.v{version}"), data)
}

#[test]
fn the_golden_first_version_is_read_as_the_newest() {
    let golden: Value = serde_json::from_slice(POSTED_V1).expect("it is JSON");
    let expected = Posted {
        author: golden["author"].as_str().expect("it has an author").to_owned(),
        body: golden["text"].as_str().expect("it has a text").to_owned(),
        audience: "everybody".to_owned(),
    };
    assert_eq!(posted(1, POSTED_V1).expect("it is upcast"), Some(expected));
}

#[test]
fn each_version_takes_only_the_steps_behind_it() {
    let second = posted(2, br#"{"author":"7","body":"a"}"#).expect("upcast").expect("known");
    assert_eq!((second.body.as_str(), second.audience.as_str()), ("a", "everybody"));
    let third = posted(3, br#"{"author":"7","body":"a","audience":"followers"}"#);
    assert_eq!(third.expect("read").expect("known").audience, "followers");
    // A body of version 1 under the name of version 2 does not pass by chance.
    assert!(matches!(posted(2, POSTED_V1), Err(DecodeError::Data { .. })));
}

#[test]
fn what_a_step_cannot_read_is_an_error_with_its_words() {
    let error = posted(1, br#"{"author":"7"}"#).expect_err("it has no text");
    assert_eq!(
        error.to_string(),
        "a rookery.message.posted.v1 cannot be read as the newest version: it has no text"
    );
    assert!(matches!(posted(1, b"[1]"), Err(DecodeError::Data { .. })));
}

#[test]
fn an_unknown_version_of_a_known_type_is_an_error_and_an_unknown_type_is_none() {
    for version in ["4", "0", "01", "", "+1", "1.beta", "18446744073709551616"] {
        let event_type = format!("rookery.message.posted.v{version}");
        let found = read(TYPES, &event_type, POSTED_V1);
        assert!(
            matches!(&found, Err(DecodeError::UnknownVersion { newest: 3, .. })),
            "{event_type}: {found:?}"
        );
    }
    for event_type in ["rookery.message.posted", "rookery.message.posted-later.v1", "somebody.elses.v1", ""] {
        assert!(matches!(read(TYPES, event_type, POSTED_V1), Ok(None)), "{event_type}");
    }
}

/// The table and the domain have to agree on every type's newest version, or what is written today cannot be read
/// today.
#[test]
fn what_is_written_is_the_newest_version_in_the_table() {
    let mut bases = std::collections::HashSet::new();
    for Type { history, .. } in super::TYPES {
        assert!(bases.insert(history.base), "{} stands twice", history.base);
        assert!(history.base.starts_with("rookery.") && !history.base.ends_with(char::is_numeric));
    }
    // Written is what golden.rs encodes; here only that a later version of each is told apart.
    for base in bases {
        let found = read(super::TYPES, &format!("{base}.v9"), b"{}");
        assert!(matches!(found, Err(DecodeError::UnknownVersion { newest: 1, .. })), "{base}: {found:?}");
    }
}

#[test]
fn a_later_version_does_not_decode_to_something_that_is_passed_over() {
    let log = crate::InMemoryLog::new(domain::Shard(0));
    let command = crate::conformance::command();
    let mut event = crate::conformance::posted(&log, 1, "x", command, crate::Expected::Any);
    event.envelope.event_type = "rookery.message.posted.v9".to_owned();
    let recorded = |event: crate::NewEvent| crate::RecordedEvent {
        position: domain::Position::ZERO,
        subject: event.subject.to_string(),
        recorded_at: event.envelope.time,
        envelope: Some(event.envelope),
        unreadable: None,
        data: event.data,
    };
    let found = decode(&recorded(event.clone()));
    assert!(matches!(found, Err(DecodeError::UnknownVersion { newest: 1, .. })), "{found:?}");
    event.envelope.event_type = "rookery.message.pinned.v1".to_owned();
    assert!(matches!(decode(&recorded(event)), Ok(Decoded::UnknownType(_))));
}

/// Postgres takes none in a text, and would refuse the batch.
#[test]
fn a_nul_in_any_text_is_an_error() {
    let log = crate::InMemoryLog::new(domain::Shard(0));
    for (event_type, data) in [
        ("rookery.message.posted.v1", r#"{"author":"7","text":"@","tags":[]}"#),
        ("rookery.message.posted.v1", r#"{"author":"7","text":"x","tags":["@"]}"#),
        ("rookery.message.edited.v1", r#"{"message":"256","author":"7","edition":2,"text":"@","tags":[]}"#),
        ("rookery.account.registered.v1", r#"{"account":"7","handle":"@","displayName":"x"}"#),
        ("rookery.account.registered.v1", r#"{"account":"7","handle":"x","displayName":"@"}"#),
        ("rookery.account.registered.v1", r#"{"account":"7","handle":"x","displayName":"x","bio":"@"}"#),
        ("rookery.account.profile-changed.v1", r#"{"account":"7","handle":"x","displayName":"x","bio":"@"}"#),
    ] {
        let command = crate::conformance::command();
        let event = crate::conformance::posted(&log, 7, "x", command, crate::Expected::Any);
        let envelope = crate::Envelope { event_type: event_type.to_owned(), ..event.envelope };
        let recorded = |data: String| crate::RecordedEvent {
            position: domain::Position::ZERO,
            subject: event.subject.to_string(),
            recorded_at: envelope.time,
            envelope: Some(envelope.clone()),
            unreadable: None,
            data: data.into(),
        };
        let good = decode(&recorded(data.replace('@', "y")));
        assert!(matches!(good, Ok(Decoded::Known(_))), "{data}: {good:?}");
        let bad = decode(&recorded(data.replace('@', r"\u0000")));
        assert!(matches!(bad, Err(DecodeError::Nul { .. })), "{data}: {bad:?}");
    }
}

/// Who may write there may write nothing else.
#[test]
fn where_operators_write_nothing_else_counts() {
    let log = crate::InMemoryLog::new(domain::Shard(0));
    let command = crate::conformance::command();
    let event = crate::conformance::posted(&log, 7, "x", command, crate::Expected::Any);
    let recorded = |subject: &str| crate::RecordedEvent {
        position: domain::Position::ZERO,
        subject: subject.to_owned(),
        recorded_at: event.envelope.time,
        envelope: Some(event.envelope.clone()),
        unreadable: None,
        data: event.data.clone(),
    };
    assert!(matches!(decode(&recorded("ev.0.outbox.8")), Ok(Decoded::Known(_))), "as the fold takes it");
    for place in ["ev.0.dropped.social", "ev.0.moderation.7"] {
        let forged = decode(&recorded(place));
        assert!(matches!(forged, Err(DecodeError::Misplaced { .. })), "{forged:?}");
    }
}
