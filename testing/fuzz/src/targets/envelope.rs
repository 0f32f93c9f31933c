use bytes::Bytes;
use domain::{Position, Sequence, Shard};
use event_store::{Decoded, Envelope, RecordedEvent, decode, encode};
use time::OffsetDateTime;

/// A message of the log: header lines, an empty line, and the data. Whoever may write to the broker may write any.
///
/// # Panics
/// Where an envelope or an event that was read is not the same after it was written again.
pub fn envelope(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (head, data) = text.split_once("\n\n").unwrap_or((&text, ""));
    let headers: Vec<(&str, &str)> = head.lines().filter_map(|line| line.split_once(": ")).collect();
    let subject =
        headers.iter().find(|(name, _)| *name == "subject").map_or("ev.0.outbox.7", |(_, value)| value);
    let envelope = Envelope::from_headers(headers.iter().copied());
    if let Some(envelope) = &envelope {
        let written = envelope.headers(subject);
        let again = Envelope::from_headers(written.iter().map(|(name, value)| (*name, value.as_str())));
        assert_eq!(again.as_ref(), Some(envelope), "{written:?}");
    }
    let recorded = RecordedEvent {
        position: Position::new(Sequence::ZERO.next(), Shard(0)),
        subject: subject.to_owned(),
        recorded_at: OffsetDateTime::UNIX_EPOCH,
        envelope,
        unreadable: None,
        data: Bytes::copy_from_slice(data.as_bytes()),
    };
    let Ok(Decoded::Known(event)) = decode(&recorded) else { return };
    let (event_type, data) = encode(&event).expect("an event that was read can be written");
    let envelope = recorded.envelope.map(|envelope| Envelope { event_type, ..envelope });
    let again = decode(&RecordedEvent { envelope, data, ..recorded });
    assert!(matches!(&again, Ok(Decoded::Known(same)) if *same == event), "{event:?} became {again:?}");
}
