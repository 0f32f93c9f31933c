//! What is known about one request besides its content: its id, and the trace that it belongs to.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, HeaderName};
use uuid::Builder;

use crate::limits::BodyLimits;

pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

const REQUEST_ID_CHARS_MAX: usize = 64;
/// `00-<32 hex>-<16 hex>-<2 hex>`, W3C Trace Context §3.2.
const TRACEPARENT_CHARS: usize = 55;

/// The identity of a request. Clones are cheap and share it.
///
/// As an extractor it never fails: without the standard layer it makes a fresh one.
#[derive(Debug, Clone)]
pub struct RequestContext {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    request_id: String,
    traceparent: String,
    body_limits: BodyLimits,
}

impl RequestContext {
    pub(crate) fn from_headers(headers: &HeaderMap, body_limits: BodyLimits) -> Self {
        let request_id = headers
            .get(X_REQUEST_ID)
            .and_then(|id| id.to_str().ok())
            .filter(|id| is_sane(id))
            .map_or_else(new_request_id, str::to_owned);
        let mut parents = headers.get_all(TRACEPARENT).iter();
        let parent = match (parents.next(), parents.next()) {
            (Some(parent), None) => parent.to_str().ok().filter(|parent| is_traceparent(parent)),
            _ => None,
        };
        let traceparent = parent.map_or_else(start_trace, continue_trace);
        Self { inner: Arc::new(Inner { request_id, traceparent, body_limits }) }
    }

    /// The caller's `X-Request-Id` where it sent a sane one, else a UUIDv7.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.inner.request_id
    }

    /// The trace's id, 32 hexadecimal digits.
    #[must_use]
    pub fn trace_id(&self) -> &str {
        &self.inner.traceparent[3..35]
    }

    /// What to send on with everything that this request causes: the caller's trace with a span of our own.
    #[must_use]
    pub fn traceparent(&self) -> &str {
        &self.inner.traceparent
    }

    /// The server's, for handlers that read their body themselves.
    #[must_use]
    pub fn body_limits(&self) -> BodyLimits {
        self.inner.body_limits
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RequestContext {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let known = parts.extensions.get::<Self>().cloned();
        Ok(known.unwrap_or_else(|| Self::from_headers(&parts.headers, BodyLimits::default())))
    }
}

/// An id that may stand in a log line and in a header as it is.
fn is_sane(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    (1..=REQUEST_ID_CHARS_MAX).contains(&id.len()) && id.bytes().all(allowed)
}

fn new_request_id() -> String {
    // A clock before 1970 makes ids that sort badly; they are still unique.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let millis = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
    // Built by hand, because `Uuid::now_v7` asks the kernel for its random bits once per request.
    Builder::from_unix_timestamp_millis(millis, &rand::random()).into_uuid().to_string()
}

fn is_traceparent(text: &str) -> bool {
    let bytes = text.as_bytes();
    // Later versions may append fields, which we need not understand; version ff is invalid for ever.
    let version_fits = match bytes.get(..2) {
        Some(b"00") => bytes.len() == TRACEPARENT_CHARS,
        Some(b"ff") | None => false,
        Some(_) => bytes.len() == TRACEPARENT_CHARS || bytes.get(TRACEPARENT_CHARS) == Some(&b'-'),
    };
    version_fits
        && bytes[..TRACEPARENT_CHARS].iter().enumerate().all(|(at, byte)| match at {
            2 | 35 | 52 => *byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
        && bytes[3..35].iter().any(|byte| *byte != b'0')
        && bytes[36..52].iter().any(|byte| *byte != b'0')
}

fn continue_trace(parent: &str) -> String {
    // Whether the trace is sampled is the one flag that version 00 knows; we speak version 00 onwards.
    format!("00-{}-{:016x}-{}", &parent[3..35], span_id(), if is_sampled(parent) { "01" } else { "00" })
}

fn is_sampled(parent: &str) -> bool {
    parent.as_bytes()[54].is_ascii_hexdigit()
        && u8::from_str_radix(&parent[53..55], 16).is_ok_and(|flags| flags & 1 == 1)
}

fn start_trace() -> String {
    format!("00-{:032x}-{:016x}-00", rand::random::<u128>().max(1), span_id())
}

/// Zero is not a span.
fn span_id() -> u64 {
    rand::random::<u64>().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn context(headers: &[(HeaderName, &str)]) -> RequestContext {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, value.parse().expect("it is a header value"));
        }
        RequestContext::from_headers(&map, BodyLimits::default())
    }

    #[test]
    fn a_sane_request_id_is_kept_and_others_are_replaced() {
        assert_eq!(context(&[(X_REQUEST_ID, "a.B-9_")]).request_id(), "a.B-9_");
        for id in ["", "two words", "semi;colon", &"x".repeat(65)] {
            let context = context(&[(X_REQUEST_ID, id)]);
            assert_eq!(context.request_id().len(), 36, "{id} was kept");
        }
    }

    #[test]
    fn a_valid_trace_is_continued_with_a_new_span() {
        let context = context(&[(TRACEPARENT, PARENT)]);
        assert_eq!(context.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert!(context.traceparent().ends_with("-01") && is_traceparent(context.traceparent()));
        assert_ne!(context.traceparent(), PARENT);
    }

    #[test]
    fn an_invalid_trace_is_replaced() {
        let zero_trace = "00-00000000000000000000000000000000-00f067aa0ba902b7-01";
        let zero_span = "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01";
        let upper = PARENT.to_uppercase();
        let longer = format!("{PARENT}-x");
        for parent in ["", "00", zero_trace, zero_span, &upper, &longer, &PARENT.replacen("00", "ff", 1)] {
            let context = context(&[(TRACEPARENT, parent)]);
            assert!(is_traceparent(context.traceparent()));
            assert_ne!(context.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736", "{parent} was continued");
        }
    }
}
