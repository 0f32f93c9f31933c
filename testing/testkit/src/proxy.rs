//! A way to a server on which connections can die without a word.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Which way nothing gets through any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    ToServer,
    ToClient,
    Both,
}

impl Way {
    pub const ALL: [Self; 3] = [Self::ToServer, Self::ToClient, Self::Both];
}

/// Passes on what comes, from any free port to a server's on this machine.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    dead: Arc<Dead>,
    accepting: JoinHandle<()>,
}

/// Connections are numbered from 1; those up to these are dead.
#[derive(Debug, Default)]
struct Dead {
    accepted: AtomicU64,
    to_server: AtomicU64,
    to_client: AtomicU64,
}

impl Proxy {
    /// # Panics
    /// When there is no free port.
    pub async fn start(server: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let dead = Arc::new(Dead::default());
        let of_all = Arc::clone(&dead);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let number = of_all.accepted.fetch_add(1, Ordering::SeqCst) + 1;
                tokio::spawn(forward(client, server, number, Arc::clone(&of_all)));
            }
        });
        Self { port, dead, accepting }
    }

    /// A server's URL, by this way.
    pub fn url(&self, server: &str, port: u16) -> String {
        server.replace(&format!(":{port}"), &format!(":{}", self.port))
    }

    /// How many connections were made.
    pub fn accepted(&self) -> u64 {
        self.dead.accepted.load(Ordering::SeqCst)
    }

    /// From now on nothing gets through on the connections that there are, and neither side is told, not even of the
    /// other one's end. New ones work.
    pub fn silence(&self, way: Way) {
        let Dead { accepted, to_server, to_client } = &*self.dead;
        let accepted = accepted.load(Ordering::SeqCst);
        if way != Way::ToClient {
            to_server.store(accepted, Ordering::SeqCst);
        }
        if way != Way::ToServer {
            to_client.store(accepted, Ordering::SeqCst);
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn forward(client: TcpStream, server: u16, number: u64, dead: Arc<Dead>) {
    let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await else { return };
    client.set_nodelay(true).ok();
    server.set_nodelay(true).ok();
    let ((client_reads, client_writes), (server_reads, server_writes)) =
        (client.into_split(), server.into_split());
    let (there, back) = (Arc::clone(&dead), dead);
    tokio::join!(
        pass(client_reads, server_writes, move || number <= there.to_server.load(Ordering::SeqCst)),
        pass(server_reads, client_writes, move || number <= back.to_client.load(Ordering::SeqCst)),
    );
}

async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, is_dead: impl Fn() -> bool) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(count) = from.read(&mut bytes).await {
        if is_dead() {
            // The kernel acknowledges it to the sender; nothing else happens on this side, for ever.
            std::future::pending::<()>().await;
        }
        if count == 0 || to.write_all(&bytes[..count]).await.is_err() {
            break;
        }
    }
}
