//! Where connections come from.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use service_kit::Seldom;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::tls::Tls;

/// Accepting fails when file descriptors run out; asking again at once would only burn the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// An address that was bound, and how what is said there is encrypted, if it is.
#[derive(Debug)]
pub struct Listener {
    tcp: TcpListener,
    pub(super) tls: Option<Tls>,
}

impl Listener {
    #[must_use]
    pub fn new(tcp: TcpListener, tls: Option<Tls>) -> Self {
        Self { tcp, tls }
    }

    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.tls.is_some()
    }

    /// # Errors
    /// When the kernel does not tell.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }

    pub(super) async fn accept(&self, token: &CancellationToken) -> Option<(TcpStream, SocketAddr)> {
        static WARNING: Seldom = Seldom::new(Duration::from_secs(10));
        loop {
            match token.run_until_cancelled(self.tcp.accept()).await? {
                Ok(accepted) => return Some(accepted),
                // The peer went away while it waited in the backlog; that says nothing about the next one.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    if let Some(held_back) = WARNING.due() {
                        tracing::warn!(%error, held_back, "a connection could not be accepted");
                    }
                    token.run_until_cancelled(tokio::time::sleep(ACCEPT_PAUSE)).await?;
                }
            }
        }
    }
}

impl From<TcpListener> for Listener {
    fn from(tcp: TcpListener) -> Self {
        Self::new(tcp, None)
    }
}
