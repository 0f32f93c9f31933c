//! Accepts connections and serves them until the end, within limits.
//!
//! `axum::serve` is refused: it gives hyper no timer, so a head may take for ever, and it bounds nothing.
//!
//! At the end it stops accepting and lets each connection finish the request under way. Shortly before the grace is
//! over it asks the requests that are left to answer at once (`LastCall`), and then cuts. Idle connections close at
//! once.

mod connection;
mod connections;
mod descriptors;
mod listener;
mod paced;
mod tls;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use listener::{Listener, bind};
pub use tls::{Tls, TlsError};

use crate::client_address::ClientAddress;
use crate::limits::Limits;
use connection::Server;
use connections::Connections;

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
    listener: impl Into<Listener>,
    router: Router,
    limits: &Limits,
    token: CancellationToken,
) -> io::Result<()> {
    let listener = listener.into();
    tracing::info!(address = %listener.local_addr()?, tls = listener.tls.is_some(), "listening");
    let connections = Connections::new(descriptors::room_for(limits.connections_max), limits);
    let server = Server::new(router, listener.tls.clone(), limits, token);
    let helping = server.token.child_token();
    tokio::spawn(Arc::clone(&connections).sweep(helping.clone()));
    if let Some(tls) = listener.tls.clone() {
        tokio::spawn(tls.keep_fresh(helping.clone()));
    }
    let tasks = TaskTracker::new();
    accept(&listener, &server, &connections, &tasks).await;
    helping.cancel();
    drop(listener);
    tasks.close();
    end(&server, &tasks, limits.shutdown_grace).await;
    Ok(())
}

async fn accept(listener: &Listener, server: &Server, connections: &Arc<Connections>, tasks: &TaskTracker) {
    let refused = metrics::counter!("http_connections_refused_total");
    loop {
        let Some((stream, peer)) = listener.accept(&server.token).await else { return };
        // This one waits here for its place, and further ones in the backlog of the kernel.
        let admitting = connections.admit(ClientAddress::of(peer.ip()));
        match server.token.run_until_cancelled(admitting).await {
            Some(Some(opened)) => {
                tasks.spawn(server.clone().connection(stream, peer, opened));
            }
            Some(None) => {
                refused.increment(1);
                // A reset: an orderly end would leave the kernel with something to remember for a minute, each time.
                let _closed_in_order = stream.set_zero_linger();
            }
            None => return,
        }
    }
}

async fn end(server: &Server, tasks: &TaskTracker, grace: Duration) {
    let answering = (grace / ANSWERING).min(ANSWERING_MAX);
    if tokio::time::timeout(grace - answering, tasks.wait()).await.is_err() {
        let connections = tasks.len();
        tracing::warn!(connections, "the grace is almost over, refusing what is under way");
        server.last_call.0.cancel();
    }
    if tokio::time::timeout(answering, tasks.wait()).await.is_err() {
        tracing::warn!(connections = tasks.len(), "the grace is over, cutting connections");
        server.cut.cancel();
        tasks.wait().await;
    }
}
