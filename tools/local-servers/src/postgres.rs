//! A Postgres cluster of our own, on loopback unless told otherwise.

mod access;
mod cluster;
mod settings;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nix::sys::signal::Signal;

use crate::child::spawn::{lock, spawn};
use crate::child::{ChildSpec, EndSignals};
use crate::nats::port_was_taken;
use crate::readiness::wait_ready;
use crate::{Access, ChildProcess, PostgresPrograms, RunAs, Server, address, secret};

/// Crash recovery replays up to `max_wal_size` of log first.
const READY_LIMIT: Duration = Duration::from_secs(180);
const PORT_ATTEMPTS_MAX: u32 = 10;
/// The superuser of the cluster.
const USER: &str = "postgres";
const PID_FILE: &str = "postmaster.pid";

/// How to run Postgres.
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    /// Holds the cluster (in `cluster`), the log and the password. Made if missing.
    pub dir: PathBuf,
    /// On a free port if nothing is given. It listens on loopback in any case.
    pub listen: Option<SocketAddr>,
    /// Who may connect from other machines, as pg_hba.conf names users: `+group` for the members of a group. Nobody if
    /// empty.
    pub remote_users: String,
    /// Fixed when the cluster is made; later starts must say the same.
    pub access: Access,
    /// Created together with the cluster. Names of lower-case letters, digits and underscores.
    pub databases: Vec<String>,
    /// Server settings such as `("max_connections", "50")`; they override ours.
    pub settings: Vec<(String, String)>,
    /// Further arguments for `initdb`.
    pub initdb_args: Vec<String>,
}

impl PostgresOptions {
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            listen: None,
            remote_users: String::new(),
            access: Access::default(),
            databases: Vec::new(),
            settings: Vec::new(),
            initdb_args: Vec::new(),
        }
    }
}

/// A running Postgres. Dropping it ends its processes.
#[derive(Debug)]
pub struct PostgresServer {
    port: u16,
    password: Option<String>,
    spec: ChildSpec,
    child: ChildProcess,
}

impl PostgresServer {
    /// Makes the cluster in `options.dir` if there is none, without starting it.
    pub async fn prepare(
        options: &PostgresOptions,
        programs: &PostgresPrograms,
        run_as: &RunAs,
    ) -> Result<()> {
        run_as.create_owned_dir(&options.dir)?;
        let password = password(options, run_as)?;
        cluster::make_if_missing(options, programs, run_as, password.is_some()).await
    }

    /// Makes the cluster if there is none, starts Postgres and waits until it accepts clients.
    pub async fn start(
        options: PostgresOptions,
        programs: &PostgresPrograms,
        run_as: &RunAs,
    ) -> Result<Self> {
        Self::prepare(&options, programs, run_as).await?;
        let dir = options.dir.canonicalize().with_context(|| format!("find {}", options.dir.display()))?;
        let password = password(&options, run_as)?;
        let mut settings = settings::of_version(programs.major);
        if password.is_some() {
            settings.push(access::write(&dir, &options.remote_users, run_as)?);
        }
        settings.extend(options.settings.iter().cloned());
        for _ in 1..PORT_ATTEMPTS_MAX {
            let address = address::or_free(options.listen)?;
            let port = address.port();
            let spec = ChildSpec {
                name: "postgres",
                program: programs.bin.join("postgres"),
                args: settings::arguments(&dir.join(cluster::FOLDER), address, &settings),
                dir: dir.clone(),
                run_as: run_as.clone(),
                // SIGINT ends the connections and writes a checkpoint, SIGQUIT leaves recovery to the next
                // start.
                signals: EndSignals { stop: Signal::SIGINT, abandon: Signal::SIGQUIT },
            };
            match launch(&spec).await {
                Ok(child) => return Ok(Self { port, password, spec, child }),
                Err(error) if address::is_any_port(options.listen) && port_was_taken(&error) => {}
                Err(error) => return Err(error),
            }
        }
        bail!("every free port that was tried for Postgres was taken before it could use it")
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where this machine reaches it.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// For the superuser, with the password where access needs one: treat it as a secret.
    pub fn url(&self, database: &str) -> String {
        match &self.password {
            Some(password) => format!("postgresql://{USER}:{password}@127.0.0.1:{}/{database}", self.port),
            None => format!("postgresql://{USER}@127.0.0.1:{}/{database}", self.port),
        }
    }

    /// The folder with the database files.
    pub fn cluster_dir(&self) -> PathBuf {
        self.spec.dir.join(cluster::FOLDER)
    }

    /// Stops it properly within `limit`, or else by force. [`Server::restart`] starts it again.
    pub async fn stop(&self, limit: Duration) -> Result<()> {
        self.child.stop(limit).await
    }
}

impl Server for PostgresServer {
    fn child(&self) -> &ChildProcess {
        &self.child
    }

    async fn restart(&mut self) -> Result<()> {
        self.child.stop(Duration::ZERO).await?;
        self.child = launch(&self.spec).await?;
        Ok(())
    }
}

fn password(options: &PostgresOptions, run_as: &RunAs) -> Result<Option<String>> {
    match options.access {
        Access::Password => {
            secret::read_or_create(&options.dir.join(cluster::PASSWORD_FILE), run_as).map(Some)
        }
        Access::Open => Ok(None),
    }
}

async fn launch(spec: &ChildSpec) -> Result<ChildProcess> {
    let lock = lock(spec).await?;
    let pid_file = spec.dir.join(cluster::FOLDER).join(PID_FILE);
    // The lock says that no process of a predecessor is left. After a crash its pid file is, and blocks the
    // start if its number now belongs to some other process.
    match std::fs::remove_file(&pid_file) {
        Ok(()) => tracing::info!("Postgres did not stop properly the last time; it recovers now"),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("remove {}", pid_file.display())),
    }
    let child = spawn(spec, lock)?;
    let pid = child.pid();
    wait_ready(&child, READY_LIMIT, || accepts_clients(&pid_file, pid)).await?;
    Ok(child)
}

/// The postmaster keeps its pid in the first line of its pid file and its state in the eighth; pg_ctl relies
/// on the same.
async fn accepts_clients(pid_file: &Path, pid: u32) -> Result<()> {
    let text = tokio::fs::read_to_string(pid_file).await.context("no pid file yet")?;
    let mut lines = text.lines().map(str::trim);
    if lines.next() != Some(pid.to_string().as_str()) {
        bail!("the pid file is not this server's");
    }
    match lines.nth(6) {
        // A standby takes clients too, and stays one until it is promoted.
        Some("ready" | "standby") => Ok(()),
        state => bail!("its state is {:?}", state.unwrap_or("unknown")),
    }
}
