//! Where things are in a data directory.
//!
//! ```text
//!   rookery.lock     held by the instance that runs
//!   event-store      which store holds the log: nats or postgres
//!   nats/            the log, where NATS holds it; belongs to the servers' user
//!   postgres/        the data set, and the log where Postgres holds it; belongs to the servers' user
//!   consumers.conf   the users of consumers, for the broker; belongs to the servers' user
//!   keys/            the key that signs operators' tokens, and its public half
//!   logins/          passwords of the users of the broker and the databases
//!   nats-listen      where nats-server listens, unless an operator says where
//!   postgres-listen  where Postgres listens, unless an operator says where
//!   log-lineage      which log this directory's data came from
//!   log-url          how the operator's tools reach the log while it runs, to read it and for what operators decide
//!   keys-url         how those reach it that rotate keys and revoke tokens
//!   limits-url       how the one reaches it that raises bounds
//!   jobs-url         how those reach it, with their ledger and durables, who run jobs and commands for events
//!   data-set-url     how the operator's tools reach the data set while it runs, as its owner
//!   analyst-url      how analysts connect while it runs
//!   api-url          where the API is served while it runs, for tools that go by it
//!   ops-url          where metrics and probes are served while it runs
//! ```

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use local_servers::{RunAs, existing_data_dir, reachable_data_dir};

pub(crate) const DATA_DIR_DEFAULT: &str = ".rookery";

/// Where the data of `rookery up` is.
#[derive(Debug, clap::Args)]
pub(crate) struct DataDirArgument {
    /// Folder with everything that Rookery keeps: log, data set, keys, passwords. Made if missing.
    #[arg(long, global = true, value_name = "DIR", env = "ROOKERY_DATA_DIR", default_value = DATA_DIR_DEFAULT)]
    pub(crate) data_dir: PathBuf,
}

/// A data directory that exists and that the servers can reach.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    pub(crate) run_as: RunAs,
    /// Why it is another directory than the one asked for.
    pub(crate) moved_because: Option<String>,
}

impl DataDir {
    /// Made if missing. All commands agree where it had to be moved.
    pub(crate) fn open(asked: &Path) -> Result<Self> {
        let run_as = RunAs::choose()?;
        let reachable = reachable_data_dir(asked, &run_as)?;
        Ok(Self { path: reachable.path, run_as, moved_because: reachable.moved_because })
    }

    /// The same for commands that only look; `None` where no `rookery up` ever was.
    pub(crate) fn find(asked: &Path) -> Result<Option<Self>> {
        let run_as = RunAs::choose()?;
        let found = existing_data_dir(asked, &run_as)?;
        Ok(found.map(|path| Self { path, run_as, moved_because: None }))
    }

    /// The same for those that need one.
    pub(crate) fn existing(asked: &DataDirArgument) -> Result<Self> {
        Self::find(&asked.data_dir)?.with_context(|| {
            let dir = asked.data_dir.display();
            format!("there is no data directory {dir}: name that of the running system (--data-dir), or start `rookery up` first")
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn event_store(&self) -> PathBuf {
        self.path.join("event-store")
    }

    pub(crate) fn nats(&self) -> PathBuf {
        self.path.join("nats")
    }

    /// Where nats-server keeps the log.
    pub(crate) fn nats_store(&self) -> PathBuf {
        self.nats().join("store")
    }

    pub(crate) fn postgres(&self) -> PathBuf {
        self.path.join("postgres")
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.path.join("keys")
    }

    /// Made here, because only its owner may even list it.
    pub(crate) fn logins(&self) -> Result<PathBuf> {
        let path = self.path.join("logins");
        match std::fs::DirBuilder::new().mode(0o700).create(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                Err(error).with_context(|| format!("create {}", path.display()))
            }
            _ => Ok(path),
        }
    }

    pub(crate) fn consumers(&self) -> PathBuf {
        self.path.join("consumers.conf")
    }

    pub(crate) fn log_lineage(&self) -> PathBuf {
        self.path.join("log-lineage")
    }

    pub(crate) fn log_url(&self) -> PathBuf {
        self.path.join("log-url")
    }

    pub(crate) fn keys_url(&self) -> PathBuf {
        self.path.join("keys-url")
    }

    pub(crate) fn limits_url(&self) -> PathBuf {
        self.path.join("limits-url")
    }

    pub(crate) fn jobs_url(&self) -> PathBuf {
        self.path.join("jobs-url")
    }

    pub(crate) fn nats_listen(&self) -> PathBuf {
        self.path.join("nats-listen")
    }

    pub(crate) fn postgres_listen(&self) -> PathBuf {
        self.path.join("postgres-listen")
    }

    pub(crate) fn data_set_url(&self) -> PathBuf {
        self.path.join("data-set-url")
    }

    pub(crate) fn analyst_url(&self) -> PathBuf {
        self.path.join("analyst-url")
    }

    pub(crate) fn api_url(&self) -> PathBuf {
        self.path.join("api-url")
    }

    pub(crate) fn ops_url(&self) -> PathBuf {
        self.path.join("ops-url")
    }
}
