//! How a refusal or a failure leaves the service.
//!
//! What the client sees and what the operators see are two values. The client gets the code with its title and the
//! detail that was written for it; the cause stays here and is logged once, by the layer that surrounds every handler.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use api_types::codes::{self, Code};
use api_types::problem::{FieldError, PROBLEM_JSON, Problem};
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use service_kit::{Chain, Seldom};

use crate::context::RequestContext;

/// What a caller waits before it tries again, where nobody knows better.
const RETRY_AFTER_SECONDS: u32 = 1;

/// Between two lines about requests that failed, or about ones that were not served.
const LOG_PERIOD: Duration = Duration::from_secs(1);

type Cause = Arc<dyn Error + Send + Sync>;

/// An answer that is not a success.
#[derive(Clone)]
pub struct ApiProblem(Box<Inner>);

#[derive(Clone)]
struct Inner {
    problem: Problem,
    retry_after_seconds: Option<u32>,
    closes_connection: bool,
    cause: Option<Cause>,
}

impl ApiProblem {
    #[must_use]
    pub fn new(code: Code) -> Self {
        let waits = matches!(code.status, 429 | 503);
        Self(Box::new(Inner {
            problem: Problem::new(code),
            retry_after_seconds: waits.then_some(RETRY_AFTER_SECONDS),
            closes_connection: false,
            cause: None,
        }))
    }

    /// A failure of ours. The cause is logged, never shown.
    #[must_use]
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(codes::INTERNAL).caused_by(cause)
    }

    /// A dependency that does not answer. The cause is logged, never shown.
    #[must_use]
    pub fn unavailable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(codes::UNAVAILABLE).caused_by(cause)
    }

    /// The service ends before the request could be answered.
    #[must_use]
    pub fn ending() -> Self {
        Self::new(codes::UNAVAILABLE)
            .detail("The service is ending. Another one, or the next one, will answer.")
    }

    /// Adds what went wrong this time, for the client to read.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.problem.detail = Some(detail.into());
        self
    }

    /// Names a field, parameter or header at fault, under the problem's own code.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>, detail: impl Into<String>) -> Self {
        let code = self.0.problem.code.clone();
        self.0.problem.errors.push(FieldError { field: field.into(), code, detail: Some(detail.into()) });
        self
    }

    #[must_use]
    pub fn retry_after_seconds(mut self, seconds: u32) -> Self {
        self.0.retry_after_seconds = Some(seconds);
        self
    }

    /// Adds why it went wrong, for the log alone.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.cause = Some(Arc::from(cause.into()));
        self
    }

    /// Ends the connection after the answer, because what is left of the request will not be read.
    #[must_use]
    pub(crate) fn closing(mut self) -> Self {
        self.0.closes_connection = true;
        self
    }

    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.problem.code
    }

    #[must_use]
    pub fn status(&self) -> StatusCode {
        // The table of codes is tested to hold error statuses only.
        StatusCode::from_u16(self.0.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.0.problem
    }

    fn headers(&self, headers: &mut HeaderMap) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(seconds) = self.0.retry_after_seconds {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.0.problem.status == StatusCode::UNAUTHORIZED.as_u16() {
            headers.insert(WWW_AUTHENTICATE, challenge(self.code()));
        }
        if self.code() == codes::UNSUPPORTED_CONTENT_ENCODING.code {
            // RFC 9110 §12.5.3: the one encoding that would do.
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        if self.0.closes_connection {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }

    fn body(&self) -> Vec<u8> {
        // A problem is strings and one number, and writing those to memory cannot fail.
        serde_json::to_vec(&self.0.problem).unwrap_or_default()
    }

    fn log(&self, context: &RequestContext) {
        /// Callers can repeat what fails as often as they like; `http_requests_total` counts all of it.
        static FAILED: Seldom = Seldom::new(LOG_PERIOD);
        static NOT_SERVED: Seldom = Seldom::new(LOG_PERIOD);
        let Some(cause) = &self.0.cause else { return };
        let (request_id, trace_id) = (context.request_id(), context.trace_id());
        let (code, error) = (self.code(), Chain(cause.as_ref()));
        let is_failure = self.0.problem.code == codes::INTERNAL.code;
        let Some(held_back) = (if is_failure { &FAILED } else { &NOT_SERVED }).due() else { return };
        if is_failure {
            tracing::error!(
                request.id = request_id, trace.id = trace_id, code, %error, held_back, "a request failed"
            );
        } else {
            tracing::warn!(
                request.id = request_id, trace.id = trace_id, code, %error, held_back, "a request was not served"
            );
        }
    }
}

/// Gives a problem on its way out the id of its request, and logs its cause.
pub(crate) fn finish(response: &mut Response, context: &RequestContext) {
    let Some(mut problem) = response.extensions_mut().remove::<ApiProblem>() else { return };
    problem.log(context);
    problem.0.problem.request_id = Some(context.request_id().to_owned());
    // The new body is longer; hyper counts it again when it writes it.
    response.headers_mut().remove(CONTENT_LENGTH);
    *response.body_mut() = problem.body().into();
}

/// RFC 6750 §3: the parameters are for callers that did present a token.
fn challenge(code: &str) -> HeaderValue {
    HeaderValue::from_static(match code {
        "token-expired" => {
            r#"Bearer realm="rookery", error="invalid_token", error_description="the token has expired""#
        }
        "token-invalid" | "token-revoked" => r#"Bearer realm="rookery", error="invalid_token""#,
        _ => r#"Bearer realm="rookery""#,
    })
}

impl From<Code> for ApiProblem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl IntoResponse for ApiProblem {
    fn into_response(self) -> Response {
        let mut response = Response::new(self.body().into());
        *response.status_mut() = self.status();
        self.headers(response.headers_mut());
        response.extensions_mut().insert(self);
        response
    }
}

/// Shows what the client sees and nothing of the cause.
impl fmt::Display for ApiProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { code, title, detail, .. } = &self.0.problem;
        write!(formatter, "{code}: {}", detail.as_ref().unwrap_or(title))
    }
}

impl fmt::Debug for ApiProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ApiProblem")
            .field("problem", &self.0.problem)
            .field("cause", &self.0.cause)
            .finish_non_exhaustive()
    }
}

impl Error for ApiProblem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.cause.as_ref().map(|cause| cause.as_ref() as &(dyn Error + 'static))
    }
}
