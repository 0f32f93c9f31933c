//! What browsers are told: which pages from elsewhere may call (CORS), and what an answer of ours may do in a page.
//!
//! Nobody else is held back by any of it. Credentials of the browser's own, such as cookies, are never allowed to come
//! along: who calls is said in `Authorization`, which a page has to know and set itself.

mod origins;

use std::time::Duration;

use axum::Router;
use http::header::{
    ACCEPT, ALLOW, AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_MATCH,
    IF_NONE_MATCH, LINK, LOCATION, RETRY_AFTER, STRICT_TRANSPORT_SECURITY, TRAILER, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use service_kit::config::Environment;
use tower_http::cors::{AllowOrigin, CorsLayer};

pub use origins::{CorsOrigins, OriginError};

/// What a page from elsewhere may send: all that operations take. A test compares it with docs/openapi.json.
const REQUEST_HEADERS: [HeaderName; 13] = [
    ACCEPT,
    AUTHORIZATION,
    CONTENT_TYPE,
    IF_MATCH,
    IF_NONE_MATCH,
    HeaderName::from_static("await-position"),
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("last-event-id"),
    HeaderName::from_static("log-lineage"),
    HeaderName::from_static("prefer"),
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("tracestate"),
    HeaderName::from_static("x-request-id"),
];

/// What it may read: all that answers carry. A test compares it, too.
const ANSWER_HEADERS: [HeaderName; 18] = [
    ALLOW,
    CONTENT_DISPOSITION,
    ETAG,
    LINK,
    LOCATION,
    RETRY_AFTER,
    TRAILER,
    WWW_AUTHENTICATE,
    HeaderName::from_static("accept-encoding"),
    HeaderName::from_static("contract-version"),
    HeaderName::from_static("data-position"),
    HeaderName::from_static("event-position"),
    HeaderName::from_static("export-receipt"),
    HeaderName::from_static("log-lineage"),
    HeaderName::from_static("preference-applied"),
    HeaderName::from_static("ratelimit"),
    HeaderName::from_static("ratelimit-policy"),
    HeaderName::from_static("x-request-id"),
];

/// How long a browser may remember a preflight; Chromium forgets it after that long anyway.
const PREFLIGHT_MAX_AGE: Duration = Duration::from_secs(2 * 3_600);

/// An answer of the API is data: where a browser is made to show it, it loads nothing, and is shown in no frame.
const DATA_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// What an operator chose.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Browsers {
    /// The pages that may call from another origin than the API's.
    pub cors_origins: CorsOrigins,
    /// How long browsers are to ask by https only (HSTS); zero says nothing. It is only true where TLS stands in front
    /// or is spoken here.
    pub hsts_max_age: Duration,
}

impl Browsers {
    /// From `ROOKERY_CORS_ORIGINS` and `ROOKERY_HSTS_SECONDS`.
    pub fn from_environment(env: &mut Environment) -> Option<Self> {
        let cors_origins = env.or_default("ROOKERY_CORS_ORIGINS", CorsOrigins::None);
        let hsts_seconds = env.or_default("ROOKERY_HSTS_SECONDS", 0);
        Some(Self { cors_origins: cors_origins?, hsts_max_age: Duration::from_secs(hsts_seconds?) })
    }

    /// Answers preflights, and lets the pages read the answers. The outermost layer, so that a page can also read why it
    /// was refused; a preflight costs nothing that a bound would have to protect.
    pub(crate) fn surround(&self, router: Router) -> Router {
        let origin = match &self.cors_origins {
            CorsOrigins::None => return router,
            CorsOrigins::Any => AllowOrigin::any(),
            CorsOrigins::These(origins) => AllowOrigin::list(origins.clone()),
        };
        let methods = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
        let cors = CorsLayer::new()
            .allow_origin(origin)
            .allow_methods(methods)
            .allow_headers(REQUEST_HEADERS)
            .expose_headers(ANSWER_HEADERS)
            .max_age(PREFLIGHT_MAX_AGE);
        router.layer(cors)
    }

    /// What every answer says, unless its handler said something else.
    pub(crate) fn secure(&self, headers: &mut HeaderMap) {
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.entry(CONTENT_SECURITY_POLICY).or_insert(DATA_POLICY);
        if !self.hsts_max_age.is_zero() {
            // A number is a good value.
            if let Ok(value) = HeaderValue::try_from(format!("max-age={}", self.hsts_max_age.as_secs())) {
                headers.insert(STRICT_TRANSPORT_SECURITY, value);
            }
        }
    }
}
