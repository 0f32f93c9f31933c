//! Where connections come from.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use service_kit::Seldom;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_util::sync::CancellationToken;

use super::tls::Tls;

/// Accepting fails when file descriptors run out; asking again at once would only burn the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Connections that wait to be accepted; the kernel may allow fewer. The usual 128 are filled by a burst in a
/// millisecond, and whoever comes then waits for seconds.
const BACKLOG: u32 = 4_096;

/// Binds an address, with room for a burst of connections.
///
/// # Errors
/// When the address is taken or is none of this host's.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // What an ended process leaves behind at its address for a minute is no hindrance. (Elsewhere it means another thing.)
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

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
