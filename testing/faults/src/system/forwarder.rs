//! An address that stays while what is behind it changes or disappears, as that of a database with a standby.

use std::net::Ipv4Addr;

use anyhow::{Context, Result};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

#[derive(Debug)]
pub struct Forwarder {
    pub port: u16,
    target: watch::Sender<Option<u16>>,
    accepting: JoinHandle<()>,
}

impl Forwarder {
    pub async fn start(target: u16) -> Result<Self> {
        Self::start_on(Ipv4Addr::LOCALHOST, target).await
    }

    /// Listens on another address of this machine than loopback, for processes that cannot reach that.
    pub async fn start_on(address: Ipv4Addr, target: u16) -> Result<Self> {
        let listener = TcpListener::bind((address, 0)).await.context("a free port")?;
        let port = listener.local_addr()?.port();
        let (target, targets) = watch::channel(Some(target));
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(forward(client, targets.clone()));
            }
        });
        Ok(Self { port, target, accepting })
    }

    /// Ends all connections; new ones lead there, or with `None` nowhere.
    pub fn point(&self, target: Option<u16>) {
        self.target.send_replace(target);
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn forward(mut client: TcpStream, mut targets: watch::Receiver<Option<u16>>) {
    let Some(target) = *targets.borrow_and_update() else { return };
    let Ok(mut server) = TcpStream::connect((Ipv4Addr::LOCALHOST, target)).await else { return };
    tokio::select! {
        // A client that is cut off finds out by itself.
        _ = copy_bidirectional(&mut client, &mut server) => {}
        _ = targets.changed() => {}
    }
}
