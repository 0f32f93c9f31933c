//! One event as the broker gives it, and what is made of it.

use async_nats::HeaderMap;
use bytes::Bytes;
use domain::{AccountId, CommandId};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use event_store::{Envelope, Headers, RecordedEvent, StoredEvent, Subject, Unreadable, header};

use crate::header_block;
use crate::restored_names::name_before;
use crate::stream::EventStream;

/// What the broker gives of one event.
pub(crate) struct Raw<'a> {
    pub(crate) sequence: u64,
    pub(crate) subject: &'a str,
    pub(crate) headers: Written<'a>,
    /// When this stream stored it.
    pub(crate) stored_at: OffsetDateTime,
    pub(crate) data: Bytes,
}

/// The headers of an event.
pub(crate) enum Written<'a> {
    None,
    /// As the client library read them, and the length of their block.
    Read(&'a HeaderMap, usize),
    /// The block, and what [`header_block::read`] makes of it.
    Block(&'a Bytes, &'a Result<HeaderMap, &'static str>),
}

impl Written<'_> {
    fn bytes(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Read(_, bytes) => *bytes,
            Self::Block(block, _) => block.len(),
        }
    }
}

impl Raw<'_> {
    fn headers(&self) -> Option<&HeaderMap> {
        match self.headers {
            Written::None => None,
            Written::Read(headers, _) => Some(headers),
            Written::Block(_, read) => read.as_ref().ok(),
        }
    }

    /// The time of the log that the event was restored from, where it was.
    fn original_time(&self, stream: &EventStream) -> Option<OffsetDateTime> {
        if self.sequence > stream.restored_until {
            return None;
        }
        OffsetDateTime::parse(self.headers()?.get(header::RECORDED_AT)?.as_str(), &Rfc3339).ok()
    }

    /// Header block and data of the log that the event was restored from, where both are in the data.
    fn original(&self, stream: &EventStream) -> Option<(Bytes, Bytes)> {
        self.original_time(stream)?;
        let length: usize = self.headers()?.get(header::BLOCK)?.as_str().parse().ok()?;
        let data = self.data.get(length..)?;
        Some((self.data.slice(..length), self.data.slice_ref(data)))
    }

    /// The log's time.
    pub(crate) fn recorded_at(&self, stream: &EventStream) -> OffsetDateTime {
        self.original_time(stream).unwrap_or(self.stored_at)
    }
}

/// What the reader wants of an event; nothing where only the bytes of the header block tell it.
pub(crate) type Make<E> = fn(&EventStream, Raw<'_>) -> Option<E>;

pub(crate) fn recorded(stream: &EventStream, raw: Raw<'_>) -> Option<RecordedEvent> {
    let (sequence, recorded_at) = (raw.sequence, raw.recorded_at(stream));
    let of = |read: Result<&HeaderMap, &'static str>, block: &Bytes| match read {
        Ok(headers) => (Envelope::from_headers(first_values(headers)), None),
        Err(why) => (None, Some(Unreadable { block: block.clone(), why })),
    };
    let ((envelope, unreadable), data) = match (raw.original(stream), raw.headers) {
        (Some((block, data)), _) => {
            (of(header_block::read(&block).as_ref().map_err(|why| *why), &block), data)
        }
        (None, Written::Block(block, read)) => (of(read.as_ref().map_err(|why| *why), block), raw.data),
        (None, Written::Read(headers, _)) => {
            ((Envelope::from_headers(first_values(headers)), None), raw.data)
        }
        (None, Written::None) => ((None, None), raw.data),
    };
    let (position, subject) = (stream.position(sequence), raw.subject.to_owned());
    Some(RecordedEvent { position, subject, recorded_at, envelope, unreadable, data })
}

/// What a log has to know of an event to tell a repetition of its command, and what its actor used.
pub(crate) struct Outline {
    pub(crate) sequence: u64,
    pub(crate) recorded_at: OffsetDateTime,
    /// Of an event that a keyed command made.
    pub(crate) command: Option<CommandId>,
    pub(crate) actor: Option<AccountId>,
    /// Subject, headers and data.
    pub(crate) bytes: u64,
    /// Whether it says what was decided about an account.
    pub(crate) is_decision: bool,
}

/// How long the data is that the broker keeps back where it sends headers only.
const DATA_BYTES: &str = "Nats-Msg-Size";

/// From the headers alone.
#[expect(clippy::needless_pass_by_value, reason = "a Make, as the others")]
pub(crate) fn outline(stream: &EventStream, raw: Raw<'_>) -> Option<Outline> {
    let (mut command, mut is_keyed, mut actor, mut data_bytes) = (None, false, None, raw.data.len());
    for (name, value) in raw.headers().into_iter().flat_map(first_values) {
        match name {
            header::COMMAND => command = value.parse().map(CommandId).ok(),
            header::FINGERPRINT => is_keyed = true,
            header::ACTOR => actor = value.parse().ok(),
            DATA_BYTES => data_bytes = value.parse().unwrap_or(data_bytes),
            _ => {}
        }
    }
    let (sequence, recorded_at) = (raw.sequence, raw.recorded_at(stream));
    let bytes = (raw.subject.len() + raw.headers.bytes() + data_bytes) as u64;
    let (command, is_decision) = (command.filter(|_| is_keyed), Subject::is_of_decisions(raw.subject));
    Some(Outline { sequence, recorded_at, command, actor, bytes, is_decision })
}

fn first_values(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers.iter().filter_map(|(name, values)| Some((name.as_ref(), values.first()?.as_str())))
}

/// With all headers except those in which a restored event keeps what it was: that is put where it belongs again.
pub(crate) fn stored(stream: &EventStream, raw: Raw<'_>) -> Option<StoredEvent> {
    let is_told = header_block::is_told_by;
    let is_restored = raw.original_time(stream).is_some();
    let (recorded_at, sequence) = (raw.recorded_at(stream), stream.position(raw.sequence).sequence());
    let ((headers, header_block), data) = match (raw.original(stream), raw.headers) {
        (Some((block, data)), _) => match header_block::read(&block) {
            Ok(read) if is_told(&read, block.len()) => ((own(&read, false), None), data),
            _ => ((Headers::new(), Some(block)), data),
        },
        (None, Written::Block(block, Ok(read))) if is_told(read, block.len()) => {
            ((own(read, is_restored), None), raw.data)
        }
        (None, Written::Block(block, _)) => ((Headers::new(), Some(block.clone())), raw.data),
        (None, Written::Read(read, length)) if is_told(read, length) => {
            ((own(read, is_restored), None), raw.data)
        }
        (None, Written::Read(..)) => return None,
        (None, Written::None) => ((Headers::new(), None), raw.data),
    };
    let subject = raw.subject.to_owned();
    Some(StoredEvent { sequence, subject, recorded_at, headers, header_block, data })
}

fn own(headers: &HeaderMap, is_restored: bool) -> Headers {
    let own = headers.iter().filter_map(|(name, values)| {
        let name: &str = name.as_ref();
        let name = if is_restored { name_before(name)? } else { name };
        Some((name.to_owned(), values.iter().map(|value| value.as_str().to_owned()).collect()))
    });
    own.collect()
}
