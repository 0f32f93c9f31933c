//! A Postgres of one test's own.

use std::path::Path;

use local_servers::{PostgresOptions, PostgresServer, Server};
use tempfile::TempDir;

use crate::PATIENCE;
use crate::place::{installed, temp_dir};
use crate::template;

/// The empty database that every server starts with.
const DATABASE: &str = "rookery";

/// What a test's server does differently from one that holds data worth keeping.
const TEST_SETTINGS: [(&str, &str); 6] = [
    // Tests kill processes; they do not cut the power.
    ("fsync", "off"),
    ("full_page_writes", "off"),
    ("shared_buffers", "16MB"),
    ("max_connections", "100"),
    // In files below the data directory, so that a killed server leaves nothing in /dev/shm.
    ("dynamic_shared_memory_type", "mmap"),
    ("log_min_messages", "warning"),
];

/// Settings for one server; they override the ones for tests.
#[derive(Clone, Debug, Default)]
pub struct PostgresConfig {
    settings: Vec<(String, String)>,
}

impl PostgresConfig {
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// As durable as in production. Several times slower.
    #[must_use]
    pub fn durable(self) -> Self {
        self.set("fsync", "on").set("full_page_writes", "on")
    }
}

/// A running Postgres with one empty database.
#[derive(Debug)]
pub struct Postgres {
    // Declared before the directory, so that it has ended when its files are removed.
    server: PostgresServer,
    dir: TempDir,
}

impl Postgres {
    /// Starts a server with an empty database on a free port.
    ///
    /// # Panics
    /// If it does not start; so do the other methods if they cannot do what they say.
    pub async fn start() -> Self {
        Self::start_with(PostgresConfig::default()).await
    }

    pub async fn start_with(config: PostgresConfig) -> Self {
        let (programs, run_as) = installed();
        let dir = temp_dir(run_as);
        let start = async {
            template::copy_cluster(dir.path(), DATABASE).await?;
            let ours = TEST_SETTINGS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let settings = ours.chain(config.settings).collect();
            let options = PostgresOptions { settings, ..template::options(dir.path(), DATABASE) };
            PostgresServer::start(options, &programs.postgres, run_as).await
        };
        let server = start.await.unwrap_or_else(|error| panic!("{error:#}"));
        Self { server, dir }
    }

    /// The empty database that the server started with.
    pub fn url(&self) -> String {
        self.server.url(DATABASE)
    }

    /// A database that the test made itself, by `create database` on [`Self::url`].
    pub fn url_of(&self, database: &str) -> String {
        self.server.url(database)
    }

    pub fn port(&self) -> u16 {
        self.server.port()
    }

    pub fn pid(&self) -> u32 {
        self.server.child().pid()
    }

    /// SIGKILL to the postmaster, as in a crash. The data stays for [`Self::restart`].
    pub async fn kill(&self) {
        self.server.child().kill().await.unwrap_or_else(|error| panic!("{error:#}"));
    }

    /// A proper stop, which ends all connections. The data stays for [`Self::restart`].
    pub async fn stop(&self) {
        self.server.stop(PATIENCE).await.unwrap_or_else(|error| panic!("{error:#}"));
    }

    /// Starts it again on the same port and data; one that still runs is stopped first.
    pub async fn restart(&mut self) {
        self.server.restart().await.unwrap_or_else(|error| panic!("{error:#}"));
    }

    /// A standby that streams from a port of this machine which leads to this server. This server is stopped for a
    /// moment, so that its files can be copied.
    pub async fn standby(&mut self, primary_port: u16) -> Self {
        let (programs, run_as) = installed();
        self.stop().await;
        let dir = temp_dir(run_as);
        let (from, to) = (self.server.cluster_dir(), dir.path().join("cluster"));
        let copy = || {
            std::fs::create_dir(&to)?;
            std::fs::set_permissions(&to, std::fs::metadata(&from)?.permissions())?;
            template::copy_all(&from, &to)?;
            std::fs::write(to.join("standby.signal"), "")?;
            run_as.own_all(dir.path())
        };
        copy().unwrap_or_else(|error| panic!("copy {}: {error:#}", from.display()));
        self.restart().await;
        let ours = TEST_SETTINGS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let primary = format!("host=127.0.0.1 port={primary_port} user=postgres");
        let settings = ours.chain([("primary_conninfo".to_owned(), primary)]).collect();
        let options = PostgresOptions { settings, ..template::options(dir.path(), DATABASE) };
        let server = PostgresServer::start(options, &programs.postgres, run_as).await;
        Self { server: server.unwrap_or_else(|error| panic!("{error:#}")), dir }
    }

    /// All that it logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.server.child().log()).unwrap_or_default()
    }

    /// The directory of the server, removed together with it.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }
}

impl Drop for Postgres {
    /// A postmaster that was killed leaves a small System V segment behind, and a machine has room for only
    /// 4,096.
    fn drop(&mut self) {
        if self.server.child().exit_status().is_none() {
            return;
        }
        let pid_file = self.server.cluster_dir().join("postmaster.pid");
        let Ok(text) = std::fs::read_to_string(pid_file) else { return };
        // The seventh line is the segment's key and id.
        let segment = text.lines().nth(6).and_then(|line| line.split_whitespace().nth(1));
        if let Some(id) = segment {
            std::process::Command::new("ipcrm").args(["-m", id]).output().ok();
        }
    }
}
