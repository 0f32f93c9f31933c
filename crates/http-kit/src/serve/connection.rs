//! One connection, from its acceptance to its end: handshake, requests, and the ways in which it is ended.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::LastCall;
use super::connections::{Answer, Opened, Pulse};
use super::paced::Paced;
use super::tls::Tls;
use crate::budget::Budget;
use crate::client_address::ClientAddress;
use crate::limits::Limits;
use crate::rates::AddressRate;

/// Time for a connection that makes room to end in order, for instance because its next request was just arriving.
const CLOSING: Duration = Duration::from_millis(250);

/// Handshakes are the most that one can make us compute without saying who one is.
const HANDSHAKES_MAX: usize = 256;
const HANDSHAKES_PER_ADDRESS: usize = 32;

/// Streams of one HTTP/2 connection. Each is a request, and counts as such for its address.
const STREAMS_MAX: u32 = 100;
/// Bytes of bodies that nobody has read yet, per stream and per connection: what a peer can make us hold.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 256 * 1024;
const STREAM_SEND_BUFFER: usize = 64 * 1024;

#[derive(Clone)]
pub(super) struct Server {
    router: Router,
    builder: Builder<TokioExecutor>,
    tls: Option<Tls>,
    handshakes: Arc<Budget>,
    handshake_rate: Option<Arc<AddressRate>>,
    limits: Arc<Limits>,
    pub(super) token: CancellationToken,
    pub(super) last_call: LastCall,
    /// Cancelled when the grace is over.
    pub(super) cut: CancellationToken,
}

impl Server {
    pub(super) fn new(router: Router, tls: Option<Tls>, limits: &Limits, token: CancellationToken) -> Self {
        let is_behind_proxy = limits.trusted_proxy_hops > 0;
        let per_address = if is_behind_proxy { HANDSHAKES_MAX } else { HANDSHAKES_PER_ADDRESS };
        let rate = limits.handshakes.filter(|_| limits.enforced && !is_behind_proxy && tls.is_some());
        Self {
            router,
            builder: builder(limits),
            tls,
            handshakes: Budget::new(HANDSHAKES_MAX, per_address),
            handshake_rate: rate.map(|rate| Arc::new(AddressRate::new(rate))),
            limits: Arc::new(limits.clone()),
            token,
            last_call: LastCall::default(),
            cut: CancellationToken::new(),
        }
    }

    pub(super) async fn connection(self, stream: TcpStream, peer: SocketAddr, opened: Opened) {
        // Answers are written whole; waiting for more to send would only delay them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
        let io = Paced::new(stream, self.limits.write_rate, Arc::clone(&opened.pulse));
        match &self.tls {
            None => self.serve(io, peer, &opened).await,
            Some(tls) => {
                let handshake = self.handshake(tls, io, peer);
                let encrypted = tokio::select! {
                    encrypted = handshake => encrypted,
                    () = opened.pulse.closed() => None,
                    () = self.token.cancelled() => None,
                };
                if let Some(encrypted) = encrypted {
                    self.serve(encrypted, peer, &opened).await;
                }
            }
        }
    }

    /// `None` where it fails, and where the address makes too many, or too many at a time.
    async fn handshake<T: AsyncRead + AsyncWrite + Unpin>(
        &self,
        tls: &Tls,
        io: T,
        peer: SocketAddr,
    ) -> Option<tokio_rustls::server::TlsStream<T>> {
        let ended = |reason| {
            metrics::counter!("http_connections_ended_total", "reason" => reason).increment(1);
        };
        let address = ClientAddress::of(peer.ip());
        let is_within_rate = self.handshake_rate.as_ref().is_none_or(|rate| rate.spend(address));
        let Some(_share) = self.handshakes.take(Some(address)).ok().filter(|_| is_within_rate) else {
            ended("handshakes");
            return None;
        };
        match tokio::time::timeout(self.limits.head_timeout, tls.acceptor().accept(io)).await {
            Ok(Ok(encrypted)) => return Some(encrypted),
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_elapsed) => {}
        }
        ended("handshake");
        None
    }

    async fn serve<T>(&self, io: T, peer: SocketAddr, opened: &Opened)
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let pulse = Arc::clone(&opened.pulse);
        let (router, last_call) = (self.router.clone(), self.last_call.clone());
        let service = service_fn(move |mut request: http::Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(last_call.clone());
            answer(router.clone(), request, Arc::clone(&pulse))
        });
        let mut connection = pin!(self.builder.serve_connection(TokioIo::new(io), service));
        let makes_room = tokio::select! {
            result = connection.as_mut() => return ended(result),
            () = self.token.cancelled() => false,
            () = opened.pulse.closed() => true,
        };
        connection.as_mut().graceful_shutdown();
        let cut = async {
            if makes_room {
                tokio::time::sleep(CLOSING).await;
                if opened.pulse.is_idle() {
                    return;
                }
            }
            self.cut.cancelled().await;
        };
        tokio::select! {
            result = connection => ended(result),
            () = cut => {}
        }
    }
}

async fn answer(
    router: Router,
    request: http::Request<Incoming>,
    pulse: Arc<Pulse>,
) -> Result<http::Response<Answer>, Infallible> {
    let _busy = pulse.begin();
    let response = router.oneshot(request).await?;
    Ok(response.map(|body| Answer::new(body, pulse.answer())))
}

fn ended(result: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = result {
        // Peers that vanish or dawdle are everyday life, not a failure of ours.
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Either version, by the first bytes: with TLS both sides have agreed on one before.
fn builder(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_timeout)
        .max_buf_size(limits.head_bytes_max);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(STREAM_SEND_BUFFER)
        // Streams that are opened and reset at once are bounded by hyper's own limits.
        .max_header_list_size(u32::try_from(limits.head_bytes_max).unwrap_or(u32::MAX));
    builder
}
