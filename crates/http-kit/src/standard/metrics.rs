//! Counts and times requests, by service, method, route template and status.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use http::Method;
use metrics::{Counter, Histogram};

/// Handles that were looked up once.
///
/// The recorder's own look-up builds a key with four labels on the heap, twice per request. The table stays small:
/// routes are templates, and methods and statuses are few.
pub(super) struct Metrics {
    service: &'static str,
    /// By route first, so that a look-up borrows the route's name.
    handles: RwLock<HashMap<String, OfRoute>>,
}

/// By method and status.
type OfRoute = HashMap<(&'static str, u16), Handles>;

#[derive(Clone)]
struct Handles {
    requests: Counter,
    seconds: Histogram,
}

impl Metrics {
    pub(super) fn new(service: &'static str) -> Self {
        // A handle that is made before there is a recorder stays deaf for ever, and handles are kept here.
        service_kit::telemetry::install_metrics();
        metrics::describe_counter!("http_requests_total", "Requests answered.");
        metrics::describe_histogram!(
            "http_request_duration_seconds",
            metrics::Unit::Seconds,
            "Time from the head of a request to the head of its answer."
        );
        Self { service, handles: RwLock::default() }
    }

    pub(super) fn record(&self, method: &Method, route: &str, status: u16, elapsed: Duration) {
        let key = (label(method), status);
        {
            let handles = self.handles.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = handles.get(route).and_then(|of_route| of_route.get(&key)) {
                return known.record(elapsed);
            }
        }
        let fresh = Handles::look_up(self.service, key.0, route, status);
        fresh.record(elapsed);
        let mut handles = self.handles.write().unwrap_or_else(PoisonError::into_inner);
        handles.entry(route.to_owned()).or_default().insert(key, fresh);
    }
}

impl Handles {
    fn look_up(service: &'static str, method: &'static str, route: &str, status: u16) -> Self {
        let labels = [
            ("service", service.to_owned()),
            ("method", method.to_owned()),
            ("route", route.to_owned()),
            ("status", status.to_string()),
        ];
        Self {
            requests: metrics::counter!("http_requests_total", &labels),
            seconds: metrics::histogram!("http_request_duration_seconds", &labels),
        }
    }

    fn record(&self, elapsed: Duration) {
        self.requests.increment(1);
        self.seconds.record(elapsed);
    }
}

/// Callers may invent methods, and each label value lives as long as the process.
fn label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}
