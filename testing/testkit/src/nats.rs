//! A nats-server of one test's own.

use local_servers::{Access, NatsOptions, NatsServer, Server, Signal};
use tempfile::TempDir;

use crate::PATIENCE;
use crate::SmallDisk;
use crate::place::{installed, temp_dir};
use crate::template;

/// Enough for every test, and small enough that a runaway one fails rather than fill the disk.
const FILE_STORE_BYTES_MAX: u64 = 1 << 30;

/// A running nats-server with JetStream, syncing every message like the shipped configuration.
#[derive(Debug)]
pub struct Nats {
    // Declared before the directory, so that it has ended when its files are removed.
    server: NatsServer,
    disk: Option<SmallDisk>,
    dir: TempDir,
}

impl Nats {
    /// Starts an empty server on a free port.
    ///
    /// # Panics
    /// If it does not start; so do the other methods if they cannot do what they say.
    pub async fn start() -> Self {
        Self::start_with("").await
    }

    /// The same with further lines for its configuration file.
    pub async fn start_with(extra_config: &str) -> Self {
        Self::start_in(temp_dir(&installed().1), None, extra_config).await
    }

    /// With its store on a disk of that size.
    pub async fn start_on_small_disk(bytes: u64) -> Self {
        let (_, run_as) = installed();
        let dir = temp_dir(run_as);
        let store = dir.path().join("store");
        let disk = SmallDisk::over(&store, bytes);
        run_as.own(&store).unwrap_or_else(|error| panic!("{error:#}"));
        Self::start_in(dir, Some(disk), "").await
    }

    async fn start_in(dir: TempDir, disk: Option<SmallDisk>, extra_config: &str) -> Self {
        let (programs, run_as) = installed();
        let options = NatsOptions {
            access: Access::Open,
            file_store_bytes_max: FILE_STORE_BYTES_MAX,
            extra_config: extra_config.to_owned(),
            ..NatsOptions::new(dir.path())
        };
        let server = NatsServer::start(options, programs, run_as).await;
        Self { server: server.unwrap_or_else(|error| panic!("{error:#}")), disk, dir }
    }

    /// # Panics
    /// Unless it was started on one.
    pub fn disk(&self) -> &SmallDisk {
        self.disk.as_ref().expect("it is on a small disk")
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    pub fn port(&self) -> u16 {
        self.server.port()
    }

    /// As it calls itself in a cluster.
    pub fn name(&self) -> &str {
        self.server.name()
    }

    pub fn pid(&self) -> u32 {
        self.server.child().pid()
    }

    /// SIGKILL, as in a crash. The data stays for [`Self::restart`].
    pub async fn kill(&self) {
        self.server.child().kill().await.unwrap_or_else(|error| panic!("{error:#}"));
    }

    /// A proper stop. The data stays for [`Self::restart`].
    pub async fn stop(&self) {
        self.server.stop(PATIENCE).await.unwrap_or_else(|error| panic!("{error:#}"));
    }

    /// Starts it again on the same port and data; one that still runs is stopped first.
    pub async fn restart(&mut self) {
        self.server.restart().await.unwrap_or_else(|error| panic!("{error:#}"));
    }

    /// A copy of its files, which has to be stopped for that.
    pub fn back_up(&self) -> TempDir {
        let copy = temp_dir(&installed().1);
        template::copy_all(self.dir.path(), copy.path()).unwrap_or_else(|error| panic!("{error:#}"));
        copy
    }

    /// Throws its files away for those of a copy; it has to be stopped for that.
    pub fn put_back(&self, copy: &TempDir) {
        let (dir, run_as) = (self.dir.path(), &installed().1);
        let replace = || {
            for entry in std::fs::read_dir(dir)?.flatten() {
                let path = entry.path();
                if path.is_dir() { std::fs::remove_dir_all(path)? } else { std::fs::remove_file(path)? }
            }
            template::copy_all(copy.path(), dir)?;
            run_as.own_all(dir)
        };
        replace().unwrap_or_else(|error| panic!("{}: {error:#}", dir.display()));
    }

    /// Freezes it: connections stay open and nothing answers, as in a partition.
    pub fn pause(&self) {
        self.server.child().signal(Signal::SIGSTOP).unwrap_or_else(|error| panic!("{error:#}"));
    }

    pub fn resume(&self) {
        self.server.child().signal(Signal::SIGCONT).unwrap_or_else(|error| panic!("{error:#}"));
    }

    /// All that it logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.server.child().log()).unwrap_or_default()
    }
}

/// Three servers as one cluster, in which streams of three replicas survive the loss of any one.
#[derive(Debug)]
pub struct NatsCluster {
    nodes: Vec<Nats>,
}

impl NatsCluster {
    /// # Panics
    /// If one does not start.
    pub async fn start() -> Self {
        let ports = [(); 3].map(|()| crate::free_port());
        let routes = ports.map(|port| format!("nats://127.0.0.1:{port}")).join(", ");
        let mut nodes = Vec::new();
        for port in ports {
            let cluster = format!(
                r#"cluster {{ name: "tests", listen: "127.0.0.1:{port}", routes: [{routes}], pool_size: -1 }}"#
            );
            nodes.push(Nats::start_with(&cluster).await);
        }
        Self { nodes }
    }

    /// Of all nodes, separated by commas.
    pub fn urls(&self) -> String {
        self.nodes.iter().map(Nats::url).collect::<Vec<_>>().join(",")
    }

    /// Of all nodes but that of a name.
    pub fn urls_but(&self, name: &str) -> Vec<String> {
        self.nodes.iter().filter(|node| node.name() != name).map(Nats::url).collect()
    }

    pub fn node(&mut self, index: usize) -> &mut Nats {
        &mut self.nodes[index]
    }

    /// The node of that name, as stream information tells it.
    ///
    /// # Panics
    /// If there is none.
    pub fn named(&mut self, name: &str) -> &mut Nats {
        self.nodes.iter_mut().find(|node| node.name() == name).expect("a node of that name")
    }
}
