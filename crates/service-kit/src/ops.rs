//! `/livez`, `/readyz` and `/metrics`: the answers, and a small server for processes that have no API of their own.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::Serialize;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::Seldom;
use crate::health::Health;
use crate::telemetry;

pub const LIVEZ: &str = "/livez";
pub const READYZ: &str = "/readyz";
pub const METRICS: &str = "/metrics";

/// Probes and one scraper; more is a mistake or an attack, and waits.
const CONNECTIONS_MAX: usize = 64;
const HEADER_READ_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a probe under way may still take at the end.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(3);
/// Accepting fails when file descriptors run out; asking again at once would only burn the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The answer for one of the three paths, and `None` for every other.
pub async fn respond(path: &str, health: &Health) -> Option<Response<Full<Bytes>>> {
    match path {
        LIVEZ => Some(json(StatusCode::OK, &health.liveness())),
        READYZ => {
            let readiness = health.readiness().await;
            let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            Some(json(status, &readiness))
        }
        METRICS => Some(response(StatusCode::OK, TEXT, telemetry::render().into())),
        _ => None,
    }
}

/// Serves the three paths until the token is cancelled.
///
/// # Errors
/// When the listener is unusable from the start.
pub async fn serve(listener: TcpListener, health: Health, token: CancellationToken) -> io::Result<()> {
    tracing::info!(address = %listener.local_addr()?, "operations endpoint is listening");
    let permits = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let tasks = tokio_util::task::TaskTracker::new();
    while let Some(stream) = accept(&listener, &token).await {
        let Some(Ok(permit)) = token.run_until_cancelled(Arc::clone(&permits).acquire_owned()).await else {
            break;
        };
        let (health, token) = (health.clone(), token.clone());
        tasks.spawn(async move {
            connection(stream, health, token).await;
            drop(permit);
        });
    }
    tasks.close();
    // What still hangs after that ends with the runtime; a probe is worth no more.
    let _unfinished = tokio::time::timeout(SHUTDOWN_GRACE, tasks.wait()).await;
    Ok(())
}

async fn accept(listener: &TcpListener, token: &CancellationToken) -> Option<TcpStream> {
    loop {
        match token.run_until_cancelled(listener.accept()).await? {
            Ok((stream, _peer)) => return Some(stream),
            Err(error) => {
                static WARNING: Seldom = Seldom::new(Duration::from_secs(10));
                if let Some(held_back) = WARNING.due() {
                    tracing::warn!(%error, held_back, "a connection could not be accepted");
                }
                token.run_until_cancelled(tokio::time::sleep(ACCEPT_PAUSE)).await?;
            }
        }
    }
}

async fn connection(stream: TcpStream, health: Health, token: CancellationToken) {
    let service = service_fn(move |request| {
        let health = health.clone();
        async move { Ok::<_, std::convert::Infallible>(answer(&request, &health).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_READ_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = token.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "an operations connection ended early");
    }
}

async fn answer<B>(request: &Request<B>, health: &Health) -> Response<Full<Bytes>> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let mut refusal = response(StatusCode::METHOD_NOT_ALLOWED, TEXT, Bytes::new());
        refusal.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refusal;
    }
    match respond(request.uri().path(), health).await {
        Some(answer) => answer,
        None => response(StatusCode::NOT_FOUND, TEXT, Bytes::new()),
    }
}

fn json(status: StatusCode, body: &impl Serialize) -> Response<Full<Bytes>> {
    match serde_json::to_vec(body) {
        Ok(body) => response(status, JSON, body.into()),
        Err(error) => {
            tracing::error!(%error, "a health report could not be written");
            response(StatusCode::INTERNAL_SERVER_ERROR, TEXT, Bytes::new())
        }
    }
}

fn response(status: StatusCode, content_type: HeaderValue, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
