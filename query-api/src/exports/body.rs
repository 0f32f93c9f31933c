//! The body of an export: what is in the file, and behind it the receipt as a trailer.

use std::io;

use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body::Frame;
use http_body_util::StreamBody;
use http_kit::Share;
use tokio_util::task::AbortOnDropHandle;

use super::spool::{Next, SpoolReader};

/// The receipt as JSON, behind the last byte. Without it the file is not complete.
pub(super) const EXPORT_RECEIPT: HeaderName = HeaderName::from_static("export-receipt");

struct Reading {
    reader: SpoolReader,
    /// Ends with the body, also where its caller goes away.
    _writing: AbortOnDropHandle<()>,
    _share: Share<i64>,
}

/// Ends with an error where the file does, so that no caller takes a part of it for all.
pub(super) fn body(reader: SpoolReader, writing: AbortOnDropHandle<()>, share: Share<i64>) -> Body {
    let reading = Reading { reader, _writing: writing, _share: share };
    Body::new(StreamBody::new(stream::try_unfold(Some(reading), next)))
}

async fn next(reading: Option<Reading>) -> io::Result<Option<(Frame<Bytes>, Option<Reading>)>> {
    let Some(mut reading) = reading else { return Ok(None) };
    match reading.reader.next().await? {
        Next::Bytes(bytes) => Ok(Some((Frame::data(bytes), Some(reading)))),
        Next::Complete(receipt) => {
            let json = serde_json::to_string(&*receipt).map_err(io::Error::other)?;
            let mut trailers = HeaderMap::new();
            // Names and numbers are in it, which all are ASCII.
            trailers.insert(EXPORT_RECEIPT, HeaderValue::try_from(json).map_err(io::Error::other)?);
            Ok(Some((Frame::trailers(trailers), None)))
        }
    }
}
