//! Where the servers listen: where the operator says, or else at a port of this machine that was free at the first start.
//! It is kept for the next ones, because clients write addresses down.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use local_servers::free_port;
use tokio::time::Instant;

use super::EventStore;
use crate::data_dir::DataDir;
use crate::files;

/// For the servers of an instance that was killed, which end by themselves.
const FREE_LIMIT: Duration = Duration::from_secs(10);
const FREE_POLL: Duration = Duration::from_millis(50);

/// Where each of them listens; anywhere where nothing is said.
#[derive(Debug, Default)]
pub(in crate::commands) struct Addresses {
    pub(in crate::commands) nats: Option<SocketAddr>,
    pub(in crate::commands) postgres: Option<SocketAddr>,
}

impl Addresses {
    /// What was asked for, or what is kept, for the servers that there are.
    pub(super) async fn hold(data: &DataDir, event_store: EventStore, asked: Self) -> Result<Self> {
        let postgres =
            hold("Postgres", "ROOKERY_POSTGRES_LISTEN", &data.postgres_listen(), asked.postgres).await?;
        let nats = match event_store {
            EventStore::Nats => {
                Some(hold("nats-server", "ROOKERY_NATS_LISTEN", &data.nats_listen(), asked.nats).await?)
            }
            EventStore::Postgres => None,
        };
        Ok(Self { nats, postgres: Some(postgres) })
    }
}

async fn hold(server: &str, variable: &str, file: &Path, asked: Option<SocketAddr>) -> Result<SocketAddr> {
    if let Some(address) = asked {
        let why = || format!("{server} cannot listen on {address}; set {variable} to another address");
        is_free(address).await.with_context(why)?;
        return Ok(address);
    }
    let kept = files::read_if_there(file)?.and_then(|text| text.parse().ok());
    if let Some(address) = kept {
        match is_free(address).await {
            Ok(()) => return Ok(address),
            Err(error) => {
                tracing::warn!(%error, "{server} cannot listen on {address} any more; it gets another port")
            }
        }
    }
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
    files::write_private(file, &address.to_string())?;
    Ok(address)
}

async fn is_free(address: SocketAddr) -> std::io::Result<()> {
    let deadline = Instant::now() + FREE_LIMIT;
    loop {
        match TcpListener::bind(address) {
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse && Instant::now() < deadline => {
                tokio::time::sleep(FREE_POLL).await;
            }
            bound => return bound.map(drop),
        }
    }
}
