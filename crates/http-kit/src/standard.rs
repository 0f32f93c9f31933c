//! What surrounds every handler: identity of the request, limits, metrics, log line, and problems for every failure.
//!
//! From the outside in: one layer that names, counts and logs the exchange and bounds it in number and time; then one
//! that turns a panic into a problem; then the routes. What browsers are told stands around all of it. The route's
//! template is the only part of an address that reaches metrics and logs.

mod metrics;

use std::any::Any;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use api_types::codes;
use axum::Router;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, HOST};
use http::{HeaderValue, Method, Version};
use tower_http::catch_panic::CatchPanicLayer;

use crate::admission::Admission;
use crate::browsers::Browsers;
use crate::client_address::ClientAddress;
use crate::context::{RequestContext, X_REQUEST_ID};
use crate::limits::{BodyLimits, Limits};
use crate::problem::{self, ApiProblem};
use crate::serve::LastCall;
use crate::unread::Unread;
use metrics::Metrics;

/// The route of requests that met none.
const UNMATCHED: &str = "unmatched";

/// What proxies report for a caller who did not wait for the answer.
const STATUS_CALLER_LEFT: u16 = 499;

/// Surrounds all routes of `router` with what every API needs, and adds the fallbacks for unknown addresses and
/// methods.
///
/// Call it once, on the complete router; only [`crate::ops::probes`] are merged afterwards.
pub fn standard(router: Router, service: &'static str, limits: &Limits) -> Router {
    let kit = Arc::new(Kit {
        metrics: Metrics::new(service),
        admission: Admission::new(limits),
        deadline: limits.request_deadline,
        body_limits: limits.body,
        trusted_proxy_hops: limits.trusted_proxy_hops,
        access_log: limits.access_log,
        browsers: limits.browsers.clone(),
    });
    let router = router
        .fallback(|| async { ApiProblem::new(codes::NOT_FOUND) })
        .method_not_allowed_fallback(|| async { ApiProblem::new(codes::METHOD_NOT_ALLOWED) })
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(from_fn_with_state(kit, surround));
    limits.browsers.surround(router)
}

struct Kit {
    metrics: Metrics,
    admission: Admission,
    deadline: Duration,
    body_limits: BodyLimits,
    trusted_proxy_hops: usize,
    access_log: bool,
    browsers: Browsers,
}

async fn surround(State(kit): State<Arc<Kit>>, mut request: Request, next: Next) -> Response {
    let context = RequestContext::from_headers(request.headers(), kit.body_limits);
    request.extensions_mut().insert(context.clone());
    // Absent where a test calls the router without a server.
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let client = peer
        .map(|ConnectInfo(peer)| ClientAddress::find(peer.ip(), request.headers(), kit.trusted_proxy_hops));
    if let Some(client) = client {
        request.extensions_mut().insert(client);
    }
    let mut exchange = Exchange {
        route: request.extensions().get::<MatchedPath>().cloned(),
        method: request.method().clone(),
        status: STATUS_CALLER_LEFT,
        was_let_in: true,
        started: Instant::now(),
        context,
        client,
        kit,
    };
    let unread = Unread::watch(&mut request);
    let mut response = exchange.run(request, next).await;
    if let Some(unread) = unread {
        unread.settle(&mut response).await;
    }
    problem::finish(&mut response, &exchange.context);
    headers(&mut response, &exchange.context);
    exchange.kit.browsers.secure(response.headers_mut());
    exchange.status = response.status().as_u16();
    response
}

/// RFC 9112, 3.2: of what has no `Host`, or two, a proxy in between may have read another one than we would. What came over
/// no connection (a test calls the router) needs none.
fn names_its_host(request: &Request) -> bool {
    let came_over_a_connection = request.extensions().get::<LastCall>().is_some();
    let of_version = request.version() == Version::HTTP_11;
    !(came_over_a_connection && of_version) || request.headers().get_all(HOST).iter().count() == 1
}

fn headers(response: &mut Response, context: &RequestContext) {
    let failed = response.status().as_u16() >= 400;
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(context.request_id()) {
        headers.insert(X_REQUEST_ID, id);
    }
    if failed {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    } else {
        // Data changes with every event, and much of it depends on who asks.
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    }
}

/// One request and its answer. It is counted and logged when it is dropped, so also when the caller leaves early.
struct Exchange {
    kit: Arc<Kit>,
    context: RequestContext,
    client: Option<ClientAddress>,
    method: Method,
    route: Option<MatchedPath>,
    started: Instant,
    status: u16,
    /// One that was not is counted and leaves no line: there may be very many.
    was_let_in: bool,
}

impl Exchange {
    async fn run(&mut self, request: Request, next: Next) -> Response {
        if !names_its_host(&request) {
            return ApiProblem::new(codes::INVALID_HEADER)
                .detail("A request of HTTP/1.1 has one header Host.")
                .into_response();
        }
        let (mut request, admitted) = match self.kit.admission.admit(request) {
            Ok(admitted) => admitted,
            Err(refusal) => {
                self.was_let_in = false;
                return refusal.into_response();
            }
        };
        request.extensions_mut().insert(admitted.permit());
        let LastCall(ending) = request.extensions().get().cloned().unwrap_or_default();
        let answer = tokio::time::timeout(self.kit.deadline, next.run(request));
        let answer = ending.run_until_cancelled(answer).await;
        drop(admitted);
        match answer {
            Some(Ok(response)) => response,
            Some(Err(_elapsed)) => self.give_up(ApiProblem::new(codes::REQUEST_TIMEOUT)),
            None => self.give_up(ApiProblem::ending()),
        }
    }

    /// Ends a request whose handler has not answered.
    fn give_up(&self, problem: ApiProblem) -> Response {
        if self.method.is_safe() {
            return problem.into_response();
        }
        // The command may already be on its way to the log, so this must not sound like a refusal.
        ApiProblem::new(codes::OUTCOME_UNKNOWN)
            .detail("The operation took too long. Repeat it with the same Idempotency-Key.")
            .into_response()
    }

    fn route(&self) -> &str {
        self.route.as_ref().map_or(UNMATCHED, MatchedPath::as_str)
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let elapsed = self.started.elapsed();
        self.kit.metrics.record(&self.method, self.route(), self.status, elapsed);
        if self.kit.access_log && self.was_let_in {
            tracing::event!(
                target: "http.access",
                tracing::Level::INFO,
                http.method = self.method.as_str(),
                http.route = self.route(),
                http.status = self.status,
                duration_ms = elapsed.as_secs_f64() * 1_000.0,
                client.address = self.client.map(tracing::field::display),
                request.id = self.context.request_id(),
                trace.id = self.context.trace_id(),
                "request"
            );
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the layer calls it with the payload itself")]
fn after_panic(payload: Box<dyn Any + Send + 'static>) -> Response {
    // The panic hook has printed where it happened; this is what was said, for the line with the request's id.
    let said = payload.downcast_ref::<&str>().copied().map(str::to_owned);
    let said = said.or_else(|| payload.downcast_ref::<String>().cloned());
    ApiProblem::internal(format!("panic: {}", said.unwrap_or_default())).into_response()
}
