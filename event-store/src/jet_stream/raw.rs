//! One event as the broker gives it, and what is made of it.

use async_nats::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::contract::{Headers, RecordedEvent, StoredEvent, Unreadable};
use crate::envelope::{Envelope, header};

use super::restore::name_before;
use super::{Inner, header_block};

/// What the broker gives of one event.
pub(super) struct Raw<'a> {
    pub(super) sequence: u64,
    pub(super) subject: &'a str,
    pub(super) headers: Written<'a>,
    /// When this stream stored it.
    pub(super) stored_at: OffsetDateTime,
    pub(super) data: Bytes,
}

/// The headers of an event.
pub(super) enum Written<'a> {
    None,
    /// As the client library read them, and the length of their block.
    Read(&'a HeaderMap, usize),
    /// The block, and what [`header_block::read`] makes of it.
    Block(&'a Bytes, &'a Result<HeaderMap, &'static str>),
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
    fn original_time(&self, inner: &Inner) -> Option<OffsetDateTime> {
        if self.sequence > inner.restored_until {
            return None;
        }
        OffsetDateTime::parse(self.headers()?.get(header::RECORDED_AT)?.as_str(), &Rfc3339).ok()
    }

    /// The header block of the log that the event was restored from, where a header holds it.
    fn original_block(&self) -> Option<Bytes> {
        let text = self.headers()?.get(header::BLOCK)?;
        STANDARD.decode(text.as_str()).ok().map(Bytes::from)
    }

    /// The log's time.
    pub(super) fn recorded_at(&self, inner: &Inner) -> OffsetDateTime {
        self.original_time(inner).unwrap_or(self.stored_at)
    }
}

/// What the reader wants of an event; nothing where only the bytes of the header block tell it.
pub(super) type Make<E> = fn(&Inner, Raw<'_>) -> Option<E>;

pub(super) fn recorded(inner: &Inner, raw: Raw<'_>) -> Option<RecordedEvent> {
    let original_time = raw.original_time(inner);
    let of = |read: Result<&HeaderMap, &'static str>, block: &Bytes| match read {
        Ok(headers) => (Envelope::from_headers(first_values(headers)), None),
        Err(why) => (None, Some(Unreadable { block: block.clone(), why })),
    };
    let (envelope, unreadable) = match (original_time.and_then(|_| raw.original_block()), &raw.headers) {
        (Some(block), _) => of(header_block::read(&block).as_ref().map_err(|why| *why), &block),
        (None, Written::Block(block, read)) => of(read.as_ref().map_err(|why| *why), block),
        (None, Written::Read(headers, _)) => (Envelope::from_headers(first_values(headers)), None),
        (None, Written::None) => (None, None),
    };
    Some(RecordedEvent {
        position: inner.position(raw.sequence),
        subject: raw.subject.to_owned(),
        recorded_at: original_time.unwrap_or(raw.stored_at),
        envelope,
        unreadable,
        data: raw.data,
    })
}

fn first_values(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers.iter().filter_map(|(name, values)| Some((name.as_ref(), values.first()?.as_str())))
}

/// With all headers but those in which a restored event keeps what it was: that is put where it belongs again.
pub(super) fn stored(inner: &Inner, raw: Raw<'_>) -> Option<StoredEvent> {
    let original_time = raw.original_time(inner);
    let header_block = match (original_time.and_then(|_| raw.original_block()), &raw.headers) {
        (Some(block), _) => Some(block),
        (None, Written::Block(block, Ok(headers))) if header_block::is_told_by(headers, block.len()) => None,
        (None, Written::Block(block, _)) => Some((*block).clone()),
        (None, Written::Read(headers, length)) if !header_block::is_told_by(headers, *length) => return None,
        (None, Written::Read(..) | Written::None) => None,
    };
    let mut headers = Headers::new();
    for (name, values) in
        raw.headers().filter(|_| header_block.is_none()).into_iter().flat_map(HeaderMap::iter)
    {
        let name: &str = name.as_ref();
        let name = if original_time.is_some() { name_before(name) } else { Some(name) };
        let values = values.iter().map(|value| value.as_str().to_owned()).collect();
        headers.extend(name.map(|name| (name.to_owned(), values)));
    }
    Some(StoredEvent {
        sequence: inner.position(raw.sequence).sequence(),
        subject: raw.subject.to_owned(),
        recorded_at: original_time.unwrap_or(raw.stored_at),
        headers,
        header_block,
        data: raw.data,
    })
}
