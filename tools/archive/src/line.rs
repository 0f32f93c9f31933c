//! One event as one line of JSON, and back to the same bytes.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use domain::Sequence;
use event_store::StoredEvent;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use time::OffsetDateTime;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Line<'a> {
    sequence: u64,
    subject: String,
    #[serde(with = "time::serde::rfc3339")]
    recorded_at: OffsetDateTime,
    headers: BTreeMap<String, Values>,
    /// The headers' bytes, where names and values do not give them again; `headers` is empty then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    header_block_base64: Option<String>,
    /// The bytes themselves, where they are JSON that fits on a line.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    data: Option<&'a RawValue>,
    /// Any other bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data_base64: Option<String>,
}

/// Nearly every header has one value, which reads better without brackets.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Several(Vec<String>),
}

impl From<&Vec<String>> for Values {
    fn from(values: &Vec<String>) -> Self {
        match values.as_slice() {
            [value] => Self::One(value.clone()),
            values => Self::Several(values.to_vec()),
        }
    }
}

impl From<Values> for Vec<String> {
    fn from(values: Values) -> Self {
        match values {
            Values::One(value) => vec![value],
            Values::Several(values) => values,
        }
    }
}

/// With the line end.
pub(crate) fn write(event: &StoredEvent) -> Result<Vec<u8>, serde_json::Error> {
    let data = as_json(&event.data);
    let line = Line {
        sequence: event.sequence.get(),
        subject: event.subject.clone(),
        recorded_at: event.recorded_at,
        headers: event.headers.iter().map(|(name, values)| (name.clone(), values.into())).collect(),
        header_block_base64: event.header_block.as_ref().map(|block| STANDARD.encode(block)),
        data,
        data_base64: data.is_none().then(|| STANDARD.encode(&event.data)),
    };
    let mut bytes = serde_json::to_vec(&line)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The bytes as JSON, where writing that gives the same bytes on one line. `null` would be read back as nothing.
fn as_json(data: &[u8]) -> Option<&RawValue> {
    let text = std::str::from_utf8(data).ok()?;
    let is_exact = !text.contains(['\n', '\r']) && text.trim_ascii().len() == text.len() && text != "null";
    is_exact.then(|| serde_json::from_str(text).ok()).flatten()
}

pub(crate) fn read(line: &[u8]) -> Result<StoredEvent, String> {
    let line: Line<'_> = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let decode = |text| STANDARD.decode(text).map(Bytes::from).map_err(|error| error.to_string());
    let data = match (line.data, line.data_base64) {
        (Some(json), None) => Bytes::copy_from_slice(json.get().as_bytes()),
        (None, Some(text)) => decode(text)?,
        _ => return Err("it has to have either data or dataBase64".to_owned()),
    };
    Ok(StoredEvent {
        sequence: Sequence::new(line.sequence).ok_or("its sequence is too large")?,
        subject: line.subject,
        recorded_at: line.recorded_at,
        headers: line.headers.into_iter().map(|(name, values)| (name, values.into())).collect(),
        header_block: line.header_block_base64.map(decode).transpose()?,
        data,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(data: &[u8]) -> StoredEvent {
        StoredEvent {
            sequence: Sequence::new(7).expect("small"),
            subject: "ev.0.outbox.7".to_owned(),
            recorded_at: OffsetDateTime::from_unix_timestamp_nanos(1_700_000_000_123_456_789)
                .expect("a time"),
            headers: [
                ("ce-type".to_owned(), vec!["rookery.message.posted.v1".to_owned()]),
                ("odd \u{1F426}".to_owned(), vec!["a".to_owned(), String::new(), "a".to_owned()]),
            ]
            .into(),
            header_block: Some(Bytes::from_static(b"NATS/1.0\r\na: \xff\r\n")),
            data: Bytes::copy_from_slice(data),
        }
    }

    #[test]
    fn every_byte_comes_back() {
        let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
        let datas: [&[u8]; 16] = [
            br#"{"author":"7","text":"a"}"#,
            br#"{ "spaces" : [ 1.0, 1e2, 10000000000000000000000 ], "spaces": 0 }"#,
            b"",
            b"null",
            b" null",
            b"\"null\"",
            b"1 ",
            b"\n{}",
            b"{\"a\":\n1}",
            b"{\"a\":1}\r\n",
            b"{\"author\":",
            br#""\u0000 \ud800""#,
            b"\xff\x00\xfe",
            "\"\u{2028}\u{1F426}\"".as_bytes(),
            b"true false",
            deep.as_bytes(),
        ];
        for data in datas {
            let event = event(data);
            let line = write(&event).expect("it is written");
            assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
            let text = String::from_utf8_lossy(&line);
            let back = read(&line).unwrap_or_else(|error| panic!("{error}: {text}"));
            assert_eq!(back, event, "{text}");
        }
    }

    #[test]
    fn json_is_written_as_it_is_so_that_people_can_read_it() {
        let line = String::from_utf8(write(&event(b"{\"a\" : 1.0}")).expect("written")).expect("text");
        assert!(line.contains("\"data\":{\"a\" : 1.0}}"), "{line}");
        assert!(line.contains("\"ce-type\":\"rookery.message.posted.v1\""), "{line}");
        assert!(line.contains("\"recordedAt\":\"2023-11-14T22:13:20.123456789Z\""), "{line}");
    }
}
