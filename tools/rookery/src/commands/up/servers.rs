//! The servers, each under its supervisor: Postgres, and nats-server where it holds the log.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use local_servers::{
    Access, NatsOptions, NatsServer, PostgresOptions, PostgresPrograms, PostgresServer, ProgramHints,
    Programs, Supervisor,
};
use tokio_util::sync::CancellationToken;

use super::{Addresses, BrokerUsers, EventStore};
use crate::data_dir::DataDir;

const DATABASE: &str = "rookery";
/// Not the data set's, so that dropping that one does not touch the log.
const LOG_DATABASE: &str = "rookery_log";
/// Who comes from other machines, where it listens for them: the services are on this one.
const REMOTE_USERS: &str = "+rookery_analyst";
/// What `scripts/provide` fills, in the checkout that the command is called from.
const TOOLS_DIR: &str = ".tools";
/// Both sync as they go, so little is left to do at the end; what takes longer is left to the next start's recovery.
const STOP_LIMIT: Duration = Duration::from_secs(3);

/// Where the log is. All addresses hold a password.
pub(in crate::commands) enum LogServer {
    Nats(BrokerUrls),
    Postgres { owner_url: String },
}

/// The broker, for each of its users.
pub(in crate::commands) struct BrokerUrls {
    pub(in crate::commands) dispatcher: String,
    pub(super) reducers: String,
    pub(super) relay: String,
    pub(super) operator: String,
    pub(super) keys: String,
    pub(super) limits: String,
    pub(super) jobs: String,
}

pub(in crate::commands) struct Servers {
    log: LogServer,
    admin_url: String,
    postgres_address: SocketAddr,
    nats: Option<Supervisor>,
    postgres: Supervisor,
}

impl Servers {
    /// Where their programs may be, if nobody says otherwise.
    pub(in crate::commands) fn hints() -> ProgramHints {
        ProgramHints::from_env().with_tools_dir(Path::new(TOOLS_DIR))
    }

    /// Finds the programs and starts what is needed at once; the first start makes a Postgres cluster with the
    /// databases.
    pub(in crate::commands) async fn start(
        event_store: EventStore,
        hints: &ProgramHints,
        data: &DataDir,
        store_bytes: u64,
        addresses: Addresses,
    ) -> Result<Self> {
        // Theirs alone: the servers have to outlive the services, which watch the shutdown.
        let token = CancellationToken::new();
        match event_store {
            EventStore::Nats => Self::start_both(hints, data, store_bytes, addresses, &token).await,
            EventStore::Postgres => Self::start_postgres(hints, data, addresses, &token).await,
        }
    }

    async fn start_both(
        hints: &ProgramHints,
        data: &DataDir,
        store_bytes: u64,
        addresses: Addresses,
        token: &CancellationToken,
    ) -> Result<Self> {
        let users = BrokerUsers::of(data)?;
        let programs = Programs::find(hints, &data.run_as)?;
        tracing::info!(
            data.dir = %data.path().display(),
            nats.program = %programs.nats_server.display(),
            postgres.programs = %programs.postgres.bin.display(),
            "starting the servers"
        );
        let nats = NatsOptions { listen: addresses.nats, ..nats_options(data, &users, store_bytes) };
        let postgres = postgres_options(data, &[DATABASE], addresses.postgres);
        let (nats, postgres) = tokio::try_join!(
            NatsServer::start(nats, &programs, &data.run_as),
            PostgresServer::start(postgres, &programs.postgres, &data.run_as),
        )?;
        let url = |user| users.url(user, nats.address());
        let log = LogServer::Nats(BrokerUrls {
            dispatcher: url("dispatcher"),
            reducers: url("reducers"),
            relay: url("relay"),
            operator: url("operator"),
            keys: url("keys"),
            limits: url("limits"),
            jobs: url("jobs"),
        });
        let nats = Supervisor::watch(nats, token, STOP_LIMIT);
        Ok(Self { nats: Some(nats), ..Self::over(postgres, log, token) })
    }

    async fn start_postgres(
        hints: &ProgramHints,
        data: &DataDir,
        addresses: Addresses,
        token: &CancellationToken,
    ) -> Result<Self> {
        let programs = PostgresPrograms::find(hints, &data.run_as)?;
        tracing::info!(
            data.dir = %data.path().display(),
            postgres.programs = %programs.bin.display(),
            "starting the servers"
        );
        let options = postgres_options(data, &[DATABASE, LOG_DATABASE], addresses.postgres);
        let postgres = PostgresServer::start(options, &programs, &data.run_as).await?;
        let log = LogServer::Postgres { owner_url: postgres.url(LOG_DATABASE) };
        Ok(Self::over(postgres, log, token))
    }

    fn over(postgres: PostgresServer, log: LogServer, token: &CancellationToken) -> Self {
        Self {
            log,
            admin_url: postgres.url(DATABASE),
            postgres_address: postgres.address(),
            nats: None,
            postgres: Supervisor::watch(postgres, token, STOP_LIMIT),
        }
    }

    pub(in crate::commands) fn log(&self) -> &LogServer {
        &self.log
    }

    /// For the superuser. Holds a password.
    pub(in crate::commands) fn admin_url(&self) -> &str {
        &self.admin_url
    }

    /// For a user whose name and password need no escapes.
    pub(super) fn data_set_url(&self, user: &str, password: &str) -> String {
        self.database_url(user, password, DATABASE)
    }

    /// Where that is, for those who have a login.
    pub(super) fn data_set_address(&self) -> String {
        format!("postgresql://{}/{DATABASE}", self.postgres_address)
    }

    /// The same for the log, where Postgres holds it.
    pub(super) fn log_database_url(&self, user: &str, password: &str) -> String {
        self.database_url(user, password, LOG_DATABASE)
    }

    fn database_url(&self, user: &str, password: &str, database: &str) -> String {
        format!("postgresql://{user}:{password}@{}/{database}", self.postgres_address)
    }

    /// Ends nats-server properly, to have it started again by its supervisor.
    pub(super) fn restart_nats(&self) {
        if let Some(nats) = &self.nats {
            nats.restart();
        }
    }

    /// Has nats-server read its configuration again.
    pub(super) fn reload_nats(&self) {
        if let Some(nats) = &self.nats {
            nats.reload();
        }
    }

    pub(in crate::commands) async fn stop(self) -> Result<()> {
        let stop_nats = async {
            match self.nats {
                Some(nats) => nats.stop().await,
                None => Ok(()),
            }
        };
        let (nats, postgres) = tokio::join!(stop_nats, self.postgres.stop());
        nats.context("stop nats-server")?;
        postgres.context("stop Postgres")
    }
}

pub(in crate::commands) fn nats_options(
    data: &DataDir,
    users: &BrokerUsers,
    store_bytes: u64,
) -> NatsOptions {
    NatsOptions {
        // Each user has a password of its own.
        access: Access::Open,
        file_store_bytes_max: store_bytes,
        extra_config: users.config(),
        ..NatsOptions::new(data.nats())
    }
}

fn postgres_options(data: &DataDir, databases: &[&str], listen: Option<SocketAddr>) -> PostgresOptions {
    let databases = databases.iter().map(|name| (*name).to_owned()).collect();
    let remote_users = REMOTE_USERS.to_owned();
    PostgresOptions { databases, listen, remote_users, ..PostgresOptions::new(data.postgres()) }
}
