//! A body on its way from its caller.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

use super::Arriving;
use crate::least_rate::{LeastRate, Meter};

/// Ends with an error where too little comes, and tells when all is there.
pub(super) struct ArrivingBody {
    body: Body,
    meter: Meter,
    arriving: Arc<Arriving>,
}

/// The caller sends more slowly than is waited for.
#[derive(Debug, thiserror::Error)]
#[error("the body comes too slowly")]
pub(crate) struct TooSlow;

impl ArrivingBody {
    pub(super) fn wrap(body: Body, arriving: Arc<Arriving>, least: LeastRate) -> Body {
        Body::new(Self { body, meter: Meter::new(least), arriving })
    }
}

impl HttpBody for ArrivingBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        match &frame {
            Poll::Ready(Some(Ok(frame))) => {
                self.meter.moved(frame.data_ref().map_or(0, Bytes::len));
                if self.body.is_end_stream() {
                    self.arriving.has_arrived();
                }
            }
            Poll::Ready(_) => self.arriving.has_arrived(),
            Poll::Pending if self.meter.poll_too_slow(context).is_ready() => {
                return Poll::Ready(Some(Err(axum::Error::new(TooSlow))));
            }
            Poll::Pending => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
