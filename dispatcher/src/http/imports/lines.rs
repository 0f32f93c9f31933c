//! The lines of a body, as they arrive.

use std::io;
use std::time::Duration;

use api_types::codes;
use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt, TryStreamExt};
use http_kit::ApiProblem;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_util::codec::{AnyDelimiterCodec, AnyDelimiterCodecError, Decoder, FramedRead};
use tokio_util::io::StreamReader;

/// Bytes of one line: a message of 1,120 bytes with eight tags, all of it escaped.
const LINE_BYTES_MAX: usize = 16 * 1024;
/// Lines of one request: what its deadline allows, and what bounds the report.
const LINES_MAX: u64 = 10_000;
/// Bytes behind the last line that are read and dropped. Closing a connection with bytes unread resets it, and the
/// report would be lost on its way; an endless body is reset all the same.
const DRAINED_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Numbered lines; blank ones are passed over, but counted. Ends behind the first line that cannot be read at all:
/// within `timeout`, from a body that holds, and among the first 10,000.
pub(super) fn of(body: Body, timeout: Duration) -> impl Stream<Item = (u64, Result<Bytes, ApiProblem>)> {
    let reader = StreamReader::new(body.into_data_stream().map_err(io::Error::other));
    let framed = FramedRead::new(reader, Lines::new());
    futures::stream::unfold((framed, 0, false), move |(mut framed, number, is_over)| async move {
        if is_over {
            return None;
        }
        let number: u64 = number + 1;
        let (line, is_over) = match tokio::time::timeout(timeout, framed.next()).await {
            Ok(None) => return None,
            Ok(Some(_)) if number > LINES_MAX => {
                drain(framed.get_mut(), timeout).await;
                let problem = ApiProblem::new(codes::BODY_TOO_LARGE)
                    .detail("A request takes 10,000 lines. Send this and the following ones in another.");
                (Err(problem), true)
            }
            Ok(Some(Ok(line))) => (line, false),
            Ok(Some(Err(error))) => (
                Err(ApiProblem::new(codes::BODY_TIMEOUT).detail("The body broke off.").caused_by(error)),
                true,
            ),
            Err(_elapsed) => (
                Err(ApiProblem::new(codes::BODY_TIMEOUT)
                    .detail(format!("A line must arrive within {timeout:?}. Nothing behind this was read."))),
                true,
            ),
        };
        Some(((number, line), (framed, number, is_over)))
    })
    .filter(|(_, line)| {
        let is_blank = line.as_ref().is_ok_and(|line| line.trim_ascii().is_empty());
        std::future::ready(!is_blank)
    })
}

async fn drain(body: &mut (impl AsyncRead + Unpin), timeout: Duration) {
    let (mut rest, mut nowhere) = (body.take(DRAINED_BYTES_MAX), tokio::io::sink());
    // However it ends, the report says what became of the lines.
    drop(tokio::time::timeout(timeout, tokio::io::copy(&mut rest, &mut nowhere)).await);
}

/// A line that is too long is an item and no error of the decoder's, for those end the stream.
struct Lines(AnyDelimiterCodec);

impl Lines {
    fn new() -> Self {
        Self(AnyDelimiterCodec::new_with_max_length(b"\n".to_vec(), b"\n".to_vec(), LINE_BYTES_MAX))
    }
}

impl Decoder for Lines {
    type Item = Result<Bytes, ApiProblem>;
    type Error = io::Error;

    fn decode(&mut self, buffer: &mut BytesMut) -> io::Result<Option<Self::Item>> {
        item(self.0.decode(buffer))
    }

    fn decode_eof(&mut self, buffer: &mut BytesMut) -> io::Result<Option<Self::Item>> {
        item(self.0.decode_eof(buffer))
    }
}

fn item(
    decoded: Result<Option<Bytes>, AnyDelimiterCodecError>,
) -> io::Result<Option<Result<Bytes, ApiProblem>>> {
    match decoded {
        Ok(line) => Ok(line.map(Ok)),
        Err(AnyDelimiterCodecError::MaxChunkLengthExceeded) => {
            Ok(Some(Err(ApiProblem::new(codes::BODY_TOO_LARGE).detail("A line takes 16 KiB."))))
        }
        Err(AnyDelimiterCodecError::Io(error)) => Err(error),
    }
}
