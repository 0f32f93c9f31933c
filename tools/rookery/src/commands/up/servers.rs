//! The servers, each under its supervisor: Postgres, and nats-server where it holds the log.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use local_servers::{
    NatsOptions, NatsServer, PostgresOptions, PostgresPrograms, PostgresServer, ProgramHints, Programs,
    Supervisor,
};
use tokio_util::sync::CancellationToken;

use super::EventStore;
use crate::data_dir::DataDir;

const DATABASE: &str = "rookery";
/// Not the data set's, so that dropping that one does not touch the log.
const LOG_DATABASE: &str = "rookery_log";
/// What `scripts/provide` fills, in the checkout that the command is called from.
const TOOLS_DIR: &str = ".tools";
/// Both sync as they go, so little is left to do at the end; what takes longer is left to the next start's recovery.
const STOP_LIMIT: Duration = Duration::from_secs(3);

/// Where the log is. Both addresses hold a password.
pub(in crate::commands) enum LogServer {
    Nats { url: String },
    Postgres { owner_url: String },
}

pub(in crate::commands) struct Servers {
    log: LogServer,
    admin_url: String,
    postgres_port: u16,
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
    ) -> Result<Self> {
        // Theirs alone: the servers have to outlive the services, which watch the shutdown.
        let token = CancellationToken::new();
        match event_store {
            EventStore::Nats => Self::start_both(hints, data, store_bytes, &token).await,
            EventStore::Postgres => Self::start_postgres(hints, data, &token).await,
        }
    }

    async fn start_both(
        hints: &ProgramHints,
        data: &DataDir,
        store_bytes: u64,
        token: &CancellationToken,
    ) -> Result<Self> {
        let programs = Programs::find(hints, &data.run_as)?;
        tracing::info!(
            data.dir = %data.path().display(),
            nats.program = %programs.nats_server.display(),
            postgres.programs = %programs.postgres.bin.display(),
            "starting the servers"
        );
        let (nats, postgres) = tokio::try_join!(
            NatsServer::start(nats_options(data, store_bytes), &programs, &data.run_as),
            PostgresServer::start(postgres_options(data, &[DATABASE]), &programs.postgres, &data.run_as),
        )?;
        let log = LogServer::Nats { url: nats.url() };
        let nats = Supervisor::watch(nats, token, STOP_LIMIT);
        Ok(Self { nats: Some(nats), ..Self::over(postgres, log, token) })
    }

    async fn start_postgres(hints: &ProgramHints, data: &DataDir, token: &CancellationToken) -> Result<Self> {
        let programs = PostgresPrograms::find(hints, &data.run_as)?;
        tracing::info!(
            data.dir = %data.path().display(),
            postgres.programs = %programs.bin.display(),
            "starting the servers"
        );
        let options = postgres_options(data, &[DATABASE, LOG_DATABASE]);
        let postgres = PostgresServer::start(options, &programs, &data.run_as).await?;
        let log = LogServer::Postgres { owner_url: postgres.url(LOG_DATABASE) };
        Ok(Self::over(postgres, log, token))
    }

    fn over(postgres: PostgresServer, log: LogServer, token: &CancellationToken) -> Self {
        Self {
            log,
            admin_url: postgres.url(DATABASE),
            postgres_port: postgres.port(),
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

    /// The same for the log, where Postgres holds it.
    pub(super) fn log_database_url(&self, user: &str, password: &str) -> String {
        self.database_url(user, password, LOG_DATABASE)
    }

    fn database_url(&self, user: &str, password: &str, database: &str) -> String {
        format!("postgres://{user}:{password}@127.0.0.1:{}/{database}", self.postgres_port)
    }

    /// Ends nats-server properly, to have it started again by its supervisor.
    pub(super) fn restart_nats(&self) {
        if let Some(nats) = &self.nats {
            nats.restart();
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

pub(in crate::commands) fn nats_options(data: &DataDir, store_bytes: u64) -> NatsOptions {
    NatsOptions { file_store_bytes_max: store_bytes, ..NatsOptions::new(data.nats()) }
}

fn postgres_options(data: &DataDir, databases: &[&str]) -> PostgresOptions {
    let databases = databases.iter().map(|name| (*name).to_owned()).collect();
    PostgresOptions { databases, ..PostgresOptions::new(data.postgres()) }
}
