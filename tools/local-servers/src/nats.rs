//! A nats-server with JetStream, on loopback unless told otherwise, that syncs every message to disk before it acks it.

mod config;
mod probe;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use nix::sys::signal::Signal;

pub use self::config::configured_store_bytes;
use crate::child::spawn::{lock, spawn};
use crate::child::{ChildSpec, EndSignals};
use crate::readiness::wait_ready;
use crate::{Access, ChildProcess, DiedEarly, Programs, RunAs, Server, address, data_dir, secret};

/// Recovery reads every stream's index, or without one its blocks; a big store after a crash takes a while.
const READY_LIMIT: Duration = Duration::from_secs(120);
const PORT_ATTEMPTS_MAX: u32 = 10;
const USER: &str = "rookery";

/// How to run nats-server.
#[derive(Clone, Debug)]
pub struct NatsOptions {
    /// Holds the configuration, the log, the password and the store. Made if missing.
    pub dir: PathBuf,
    /// On loopback, on a free port, if nothing is given.
    pub listen: Option<SocketAddr>,
    pub access: Access,
    /// The most that all streams together may take on disk, and may reserve.
    pub file_store_bytes_max: u64,
    /// Further lines for the configuration file.
    pub extra_config: String,
}

impl NatsOptions {
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            listen: None,
            access: Access::default(),
            file_store_bytes_max: 10 << 30,
            extra_config: String::new(),
        }
    }
}

/// A running nats-server. Dropping it ends the process.
#[derive(Debug)]
pub struct NatsServer {
    address: SocketAddr,
    server_name: String,
    password: Option<String>,
    spec: ChildSpec,
    child: ChildProcess,
}

impl NatsServer {
    /// Starts nats-server and waits until it accepts clients.
    pub async fn start(options: NatsOptions, programs: &Programs, run_as: &RunAs) -> Result<Self> {
        run_as.create_owned_dir(&options.dir)?;
        let dir = options.dir.canonicalize().with_context(|| format!("find {}", options.dir.display()))?;
        let password = match options.access {
            Access::Password => Some(secret::read_or_create(&dir.join("password"), run_as)?),
            Access::Open => None,
        };
        let server_name = format!("rookery-{}", data_dir::path_hash(&dir));
        let spec = ChildSpec {
            name: "nats-server",
            program: programs.nats_server.clone(),
            args: vec!["--config".into(), dir.join(config::FILE).display().to_string()],
            dir,
            run_as: run_as.clone(),
            signals: EndSignals { stop: Signal::SIGTERM, abandon: Signal::SIGTERM },
        };
        for _ in 1..PORT_ATTEMPTS_MAX {
            let address = address::or_free(options.listen)?;
            config::write(&options, &spec, address, &server_name, password.as_deref())?;
            match launch(&spec, address, &server_name).await {
                Ok(child) => return Ok(Self { address, server_name, password, spec, child }),
                Err(error) if address::is_any_port(options.listen) && port_was_taken(&error) => {}
                Err(error) => return Err(error),
            }
        }
        anyhow::bail!("every free port that was tried for nats-server was taken before it could use it")
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Where this machine reaches it.
    pub fn address(&self) -> SocketAddr {
        address::reached_at(self.address)
    }

    /// As it calls itself, in a cluster and to its clients.
    pub fn name(&self) -> &str {
        &self.server_name
    }

    /// With user and password where access needs them: treat it as a secret.
    pub fn url(&self) -> String {
        match &self.password {
            Some(password) => format!("nats://{USER}:{password}@{}", self.address()),
            None => format!("nats://{}", self.address()),
        }
    }

    /// Stops it properly within `limit`, or else by force. [`Server::restart`] starts it again.
    pub async fn stop(&self, limit: Duration) -> Result<()> {
        self.child.stop(limit).await
    }
}

impl Server for NatsServer {
    fn child(&self) -> &ChildProcess {
        &self.child
    }

    async fn restart(&mut self) -> Result<()> {
        self.child.stop(Duration::ZERO).await?;
        self.child = launch(&self.spec, self.address, &self.server_name).await?;
        Ok(())
    }
}

async fn launch(spec: &ChildSpec, address: SocketAddr, server_name: &str) -> Result<ChildProcess> {
    let child = spawn(spec, lock(spec).await?)?;
    let reached = address::reached_at(address);
    wait_ready(&child, READY_LIMIT, || probe::accepts_clients(reached, server_name)).await?;
    Ok(child)
}

pub(crate) fn port_was_taken(error: &anyhow::Error) -> bool {
    error.downcast_ref::<DiedEarly>().is_some_and(DiedEarly::port_was_taken)
}
