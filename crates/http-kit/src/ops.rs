//! `/livez`, `/readyz` and `/metrics`: the first two also beside the API, all of them on an address of their own.
//!
//! That address is for those who run the service. Nobody is asked who they are there, so it must not lead outside.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use api_types::codes;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::Uri;
use service_kit::health::Health;
use service_kit::ops::{LIVEZ, METRICS, READYZ, respond};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::limits::Limits;
use crate::problem::ApiProblem;

/// Probes, scrapers and neighbours; more is a mistake.
const CONNECTIONS_MAX: usize = 64;
/// How long one under way may still take at the end.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(3);

/// For the address of the API. Merge them *after* [`crate::standard()`], so that probes are answered while requests
/// are refused for load, and fill neither the log nor the histograms.
pub fn probes(health: Health) -> Router {
    Router::new()
        .route(LIVEZ, get(answer))
        .route(READYZ, get(answer))
        .method_not_allowed_fallback(|| async { ApiProblem::new(codes::METHOD_NOT_ALLOWED) })
        .with_state(health)
}

/// For the address of those who run the service. What else is for them alone is merged with it.
pub fn routes(health: Health) -> Router {
    let metrics = Router::new().route(METRICS, get(answer)).with_state(health.clone());
    probes(health).merge(metrics)
}

/// Binds the address of those who run the service; `variable` is named where that fails.
///
/// # Errors
/// When the address is taken or is none of this host's.
pub fn bind(address: SocketAddr, variable: &str) -> io::Result<TcpListener> {
    crate::bind(address).map_err(|error| {
        let why = match error.kind() {
            ErrorKind::AddrInUse => "another program listens there".to_owned(),
            _ => error.to_string(),
        };
        io::Error::new(
            error.kind(),
            format!(
                "cannot listen on {address} for metrics and probes ({why}): set {variable} to another address"
            ),
        )
    })
}

/// Serves them until the token is cancelled.
///
/// # Errors
/// When the listener is unusable from the start.
pub async fn serve(listener: TcpListener, routes: Router, token: CancellationToken) -> io::Result<()> {
    let limits = Limits {
        connections_max: CONNECTIONS_MAX,
        connections_per_address: CONNECTIONS_MAX,
        shutdown_grace: SHUTDOWN_GRACE,
        ..Limits::default()
    };
    let routes = routes.fallback(|| async { ApiProblem::new(codes::NOT_FOUND) });
    crate::serve(listener, routes, &limits, token).await
}

async fn answer(State(health): State<Health>, uri: Uri) -> Response {
    match respond(uri.path(), &health).await {
        Some(response) => response.map(Body::new),
        None => ApiProblem::new(codes::NOT_FOUND).into_response(),
    }
}
