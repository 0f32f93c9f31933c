//! What was left of a request's body when its answer began.
//!
//! hyper keeps an HTTP/1 connection only if it has the whole request. What is missing then, it does not wait for, and the
//! connection ends behind the answer; a caller who was not told sends the next request into it. So the little that is
//! on its way is read and thrown away, and where that is not the end of it, the answer says `Connection: close`.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CONNECTION, EXPECT};
use http::{HeaderValue, Version};
use http_body_util::BodyExt;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

/// A refusal is cheaper than a new connection with its handshake, but not than this.
const BYTES_MAX: usize = 64 * 1024;
/// What comes with the head is there at once, or with the next packet.
const TIME_MAX: Duration = Duration::from_millis(20);

/// Where the rest of a body is put when nobody reads it any more.
#[derive(Clone, Default)]
struct Slot(Arc<Mutex<Option<Body>>>);

/// One request's body, to be asked for when its answer is there.
pub(crate) struct Unread {
    slot: Slot,
    /// The caller waits for a word before it sends its body.
    is_awaited: bool,
}

impl Unread {
    /// `None` where there is nothing to read, or where an answer does not depend on it.
    pub(crate) fn watch(request: &mut Request) -> Option<Self> {
        if request.version() > Version::HTTP_11 || request.body().is_end_stream() {
            return None;
        }
        let (slot, is_awaited) = (Slot::default(), request.headers().contains_key(EXPECT));
        let body = std::mem::take(request.body_mut());
        *request.body_mut() = Body::new(Watched { body: Some(body), slot: slot.clone() });
        Some(Self { slot, is_awaited })
    }

    /// Says in the answer whether the connection ends with it. A body that is still being read, while its answer is
    /// written, is not spoken of.
    pub(crate) async fn settle(self, response: &mut Response) {
        let Some(rest) = self.slot.lock().take() else { return };
        if response.headers().contains_key(CONNECTION) {
            return;
        }
        // To read is to ask for what the caller may still keep.
        let is_read = !self.is_awaited && tokio::time::timeout(TIME_MAX, drain(rest)).await.unwrap_or(false);
        if !is_read {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }
}

/// Whether that was all of it.
async fn drain(mut rest: Body) -> bool {
    let mut left = BYTES_MAX;
    if rest.size_hint().lower() > left as u64 {
        return false;
    }
    while let Some(frame) = rest.frame().await {
        let Ok(frame) = frame else { return false };
        let Some(less) = left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) else { return false };
        left = less;
    }
    true
}

impl Slot {
    fn lock(&self) -> MutexGuard<'_, Option<Body>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A body that is left for its answer when it is dropped before its end.
struct Watched {
    /// Absent behind its end.
    body: Option<Body>,
    slot: Slot,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = Pin::new(&mut *body).poll_frame(context);
        let is_over = match &frame {
            Poll::Ready(Some(Ok(_))) => body.is_end_stream(),
            // After an error nothing more comes, and the connection ends by itself.
            Poll::Ready(_) => true,
            Poll::Pending => false,
        };
        if is_over {
            self.body = None;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(body) = self.body.take() {
            *self.slot.lock() = Some(body);
        }
    }
}
