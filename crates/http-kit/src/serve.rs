//! Accepts connections and serves them until the end, within limits.
//!
//! `axum::serve` is refused: it gives hyper no timer, so a head may take for ever, and it bounds nothing.
//!
//! At the end it stops accepting and lets each connection finish the request under way. Shortly before the grace is
//! over it asks the requests that are left to answer at once (`LastCall`), and then cuts. Idle connections close at
//! once.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::limits::Limits;

/// Accepting fails when file descriptors run out; asking again at once would only burn the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Of the grace, the part that is left to write answers when no request is waited for any more.
const ANSWERING: u32 = 4;
const ANSWERING_MAX: Duration = Duration::from_secs(2);

/// In a request's extensions: cancelled when it has to answer now or never.
#[derive(Debug, Clone, Default)]
pub(crate) struct LastCall(pub(crate) CancellationToken);

/// Serves the router on the listener until the token is cancelled and the last connection has ended.
///
/// Handlers find the peer's address as `ConnectInfo<SocketAddr>`.
///
/// # Errors
/// When the listener is unusable from the start.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: &Limits,
    token: CancellationToken,
) -> io::Result<()> {
    tracing::info!(address = %listener.local_addr()?, "listening");
    let permits = Arc::new(Semaphore::new(limits.connections_max));
    let connections = TaskTracker::new();
    let server = Server {
        router,
        builder: builder(limits),
        token,
        last_call: LastCall::default(),
        cut: CancellationToken::new(),
    };
    loop {
        // Before accepting, so that the backlog of the kernel holds back what is too much.
        let permit = server.token.run_until_cancelled(Arc::clone(&permits).acquire_owned()).await;
        let Some(Ok(permit)) = permit else { break };
        let Some((stream, peer)) = accept(&listener, &server.token).await else { break };
        let server = server.clone();
        connections.spawn(async move {
            server.connection(stream, peer).await;
            drop(permit);
        });
    }
    drop(listener);
    connections.close();
    let answering = (limits.shutdown_grace / ANSWERING).min(ANSWERING_MAX);
    if tokio::time::timeout(limits.shutdown_grace - answering, connections.wait()).await.is_err() {
        tracing::warn!(
            connections = connections.len(),
            "the grace is almost over, refusing what is under way"
        );
        server.last_call.0.cancel();
    }
    if tokio::time::timeout(answering, connections.wait()).await.is_err() {
        tracing::warn!(connections = connections.len(), "the grace is over, cutting connections");
        server.cut.cancel();
        connections.wait().await;
    }
    Ok(())
}

fn builder(limits: &Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_timeout)
        .max_buf_size(limits.head_bytes_max);
    builder
}

async fn accept(listener: &TcpListener, token: &CancellationToken) -> Option<(TcpStream, SocketAddr)> {
    loop {
        match token.run_until_cancelled(listener.accept()).await? {
            Ok(accepted) => return Some(accepted),
            // The peer went away while it waited in the backlog; that says nothing about the next one.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                token.run_until_cancelled(tokio::time::sleep(ACCEPT_PAUSE)).await?;
            }
        }
    }
}

#[derive(Clone)]
struct Server {
    router: Router,
    builder: http1::Builder,
    token: CancellationToken,
    last_call: LastCall,
    /// Cancelled when the grace is over.
    cut: CancellationToken,
}

impl Server {
    async fn connection(self, stream: TcpStream, peer: SocketAddr) {
        // Answers are written whole; waiting for more to send would only delay them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
        let (router, last_call) = (self.router, self.last_call);
        let service = service_fn(move |mut request: http::Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(last_call.clone());
            router.clone().oneshot(request)
        });
        let mut connection = pin!(self.builder.serve_connection(TokioIo::new(stream), service));
        let result = tokio::select! {
            result = connection.as_mut() => result,
            () = self.token.cancelled() => {
                connection.as_mut().graceful_shutdown();
                match self.cut.run_until_cancelled(connection).await {
                    Some(result) => result,
                    None => return,
                }
            }
        };
        if let Err(error) = result {
            // Peers that vanish or dawdle are everyday life, not a failure of ours.
            tracing::debug!(%error, "a connection ended early");
        }
    }
}
